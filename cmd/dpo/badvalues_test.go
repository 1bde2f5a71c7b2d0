package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/wording"
)

// TestBadValues: invalid values are reported before the model is read.
func TestBadValues(t *testing.T) {
	p := newPlace(t)
	losses := wording.Or(loss.Types())
	for _, c := range []badInput{
		{"train --beta 0", 2, "beta is 0; it must be above 0 (0.1 is a good start)"},
		{"train --beta -0.1", 2, "beta is -0.1; it must be above 0 (0.1 is a good start)"},
		{"train --beta NaN", 2, "beta is NaN; it must be a finite number above 0 (0.1 is a good start)"},
		{"train --lora-r 0", 2, "the LoRA rank is 0; it must be at least 1 (16 is a good start)"},
		{"train --batch-size 0", 2, "the batch size is 0 pairs; it must be at least 1"},
		{"train --max-length 4", 2, "the maximum length is 4 tokens; it must be at least 8"},
		{"train --max-steps 0", 2, "the number of steps is 0; it must be at least 1 (50 is a good start), unless a number of epochs is given instead (num_train_epochs)"},
		{"train --learning-rate Inf", 2, "the learning rate is +Inf; it must be a finite number above 0 (5e-5 is a good start)"},
		{"train --beta 0 --batch-size 0", 2, "beta is 0; it must be above 0 (0.1 is a good start); the batch size is 0 pairs; it must be at least 1"},
		{"train --loss-type sigmiod", 2, `unknown loss type "sigmiod" (did you mean "sigmoid"?); choose ` + losses},
		{"train --loss-type apo-down", 2, `unknown loss type "apo-down" (did you mean "apo_down"?); choose ` + losses},
		{"train --label-smoothing 0.7", 2, `label smoothing is 0.7; for the loss type "sigmoid" it must be at least 0 and below 0.5`},
		{"train --lr-scheduler polynomial", 2, `unknown scheduler "polynomial"; choose linear, cosine, cosine_with_min_lr, constant, constant_with_warmup or warmup_stable_decay`},
		{"train --lora-modules q_proj,kv_proj", 2, `unknown LoRA module "kv_proj"; choose q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, qkv_proj, gate_up_proj or all-linear`},
		{"train --precision bf16", 2, `unknown precision "bf16"; choose auto, float32, float16 or bfloat16`},
		{"train --early-stopping 3", 2, "early stopping needs held-out pairs; name a file with --eval-data, or hold out a fraction of the training pairs with --eval-fraction"},
		{"train --early-stopping 3 --eval-steps 0", 2, "early stopping needs evaluations during training; set the steps between them (10 is a good start)"},
		{"train --resume --overwrite", 2, "--overwrite and --resume exclude each other; give one of them"},
		{"train --eval-fraction 1", 2, "the held-out fraction is 1; it must be at least 0 and below 1"},
		{"eval --max-length -7", 2, "the maximum length is -7 tokens; it must be at least 8"},
		{"generate --prompt hi --n 0", 2, "the number of samples is 0; it must be at least 1"},
		{"generate --prompt hi --temperature NaN", 2, "the temperature is NaN; it must be 0 (the likeliest token every time) or above"},
		{"merge --dtype int8", 2, `unknown type "int8"; choose float32, float16 or bfloat16`},
	} {
		if strings.HasPrefix(c.args, "train") {
			c.args += " --out OUT"
		}
		if !strings.Contains(c.args, "--prompt") && !strings.HasPrefix(c.args, "merge") {
			c.args += " --data PAIRS"
		}
		p.fails(badInput{c.args + " --model MODEL", c.status, c.says})
	}
}

// TestBadPairs: the command reports the readers' errors, which their tests cover one by one.
func TestBadPairs(t *testing.T) {
	p := newPlace(t)
	long := strings.Repeat("word ", 600)
	for word, content := range map[string]string{
		"EQUAL":  `{"prompt": "Same?", "chosen": "Yes.", "rejected": "Yes."}`,
		"BROKEN": `{"prompt": "Same?", "chosen": "Yes.", "rejected": 3}`,
		"LONG":   fmt.Sprintf(`{"prompt": %q, "chosen": "Yes.", "rejected": "No."}`, long),
	} {
		p.name(word, filepath.Join(p.dir, strings.ToLower(word)+".jsonl"))
		p.write(p.path(word), []byte(content+"\n"))
	}
	for data, says := range map[string]string{
		"EQUAL":  `EQUAL: no pair is left to learn from (kept 0 pairs, left out 1: 1 equal answers); check that every pair has a prompt, and that "chosen" and "rejected" answer it differently`,
		"BROKEN": `BROKEN, line 1: field "rejected" is a number; it must be a string or a list of turns`,
	} {
		p.fails(badInput{"train --model MODEL --out OUT --data " + data, 3, says})
		p.fails(badInput{"train --model MODEL --out OUT --data PAIRS --eval-data " + data, 3, says})
		p.fails(badInput{"eval --model MODEL --data " + data, 3, says})
	}
	says := "LONG: no pair is left, after leaving out 1 pair whose prompt alone fills 512 tokens (the first: LONG, line 1); raise the maximum length"
	p.fails(badInput{"train --model MODEL --out OUT --data LONG", 3, "train: " + says})
	p.fails(badInput{"eval --model MODEL --data LONG", 3, "evaluate: " + says})
}

// TestBadMixes: invalid weights and unknown names.
func TestBadMixes(t *testing.T) {
	p := newPlace(t)
	for mix, says := range map[string]string{
		"helpfulness=abc":                  `read the mix "helpfulness=abc": the weight of "helpfulness" is "abc"; it must be a number such as 0.5`,
		"helpfulness=-1":                   `read the mix "helpfulness=-1": the weight of "helpfulness" is -1; it must be a number of at least 0`,
		"helpfulness=0,truthfulness=0":     `read the mix "helpfulness=0,truthfulness=0": the weights sum to 0; give finite numbers such as 0.5, at least one of them above 0`,
		"helpfulness=1,kindness=1":         `the objective "kindness" of the mix: no such file, source or objective: "kindness"; the objectives of the built-in pairs are helpfulness, harmlessness, truthfulness`,
		"helpfulness=1,mine:nowhere.csv=1": `the objective "mine" of the mix: nowhere.csv: there is no such file; check its name and folder`,
	} {
		p.fails(badInput{"train --model MODEL --out OUT --data " + mix, 3, says})
	}
	p.fails(badInput{"train --model MODEL --out OUT --data helpfulness=1 --mix chance", 2, `unknown way to mix "chance"; it must be sampling or loss`})
	p.fails(badInput{"train --model MODEL --out OUT --data PAIRS --mix loss", 2, "--mix needs weights in --data; write them as in helpfulness=0.5,harmlessness=0.5"})
}

// TestMixedRuns: the metrics and plots of each objective of a mix, and the trade-off plot of two runs.
func TestMixedRuns(t *testing.T) {
	p := newPlace(t)
	p.name("OTHER", filepath.Join(p.dir, "other"))
	p.name("PLOTS", filepath.Join(p.dir, "drawn"))
	for word, mix := range map[string]string{"OUT": "helpfulness=3,own:PAIRS=1", "OTHER": "helpfulness=1,own:PAIRS=3 --mix loss"} {
		shown, err := p.run("train --model MODEL --max-steps 1 --batch-size 4 --eval-fraction 0.25 --out " + word + " --data " + mix).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, shown)
		}
		way := map[string]string{"OUT": "helpfulness 75 %, own 25 %, by sampling", "OTHER": "helpfulness 25 %, own 75 %, by loss"}[word]
		for _, want := range []string{"mix      " + way, "  helpfulness            loss 0.69", "  own                    loss 0.69"} {
			if !strings.Contains(string(shown), want) {
				t.Errorf("%s lacks %q in\n%s", mix, want, shown)
			}
		}
	}
	if out, err := p.run("plot OUT OTHER --out PLOTS").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, picture := range []string{"OUT/plots/objectives.png", "PLOTS/tradeoff_helpfulness_own.svg"} {
		if _, err := os.Stat(p.path(picture)); err != nil {
			t.Error(err)
		}
	}
}

const shortRun = "train --model MODEL --data PAIRS --max-steps 2 --batch-size 2 --save-steps 1 --out "

// trained trains a run of two steps, which the word then refers to.
func (p *place) trained(word string) {
	p.t.Helper()
	p.name(word, filepath.Join(p.dir, strings.ToLower(word)))
	if out, err := p.run(shortRun + word).CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %s", err, out)
	}
}

// TestBadFolders: existing files are never overwritten by a run or a model.
func TestBadFolders(t *testing.T) {
	p := newPlace(t)
	p.adapter("ADAPTER", 64, 2)
	p.name("FOREIGN", filepath.Join(p.dir, "foreign"))
	p.write(filepath.Join(p.path("FOREIGN"), "notes.txt"), []byte("mine"))
	p.spoiled("LACKING", "model.safetensors", p.swapped(`"model.norm.weight"`, `"model.morn.weight"`))
	p.trained("RUN")
	for _, c := range []badInput{
		{"train --model MODEL --data PAIRS --out FOREIGN", 1, "train: FOREIGN is not empty (it holds notes.txt) and is not a run folder; choose another folder"},
		{shortRun + "RUN --beta 0.2", 1, "train: RUN holds another run: its beta is 0.1, this run's is 0.2; choose another folder, or remove this one"},
		{"train --model LACKING --data PAIRS --out RUN --overwrite", 1, `train: load the model: LACKING has no tensor "model.norm.weight"`},
		{"train --model MODEL --data PAIRS --out PAIRS", 1, "train: create the run folder: mkdir PAIRS: not a directory; a file is where a folder must be, so choose another place"},
		{"train --model MODEL --data PAIRS --out PAIRS/run", 1, "train: create the run folder: mkdir PAIRS: not a directory; a file is where a folder must be, so choose another place"},
		{"merge --model MODEL --adapter ADAPTER --out FOREIGN", 1, "write the merged model: FOREIGN is not empty (it contains notes.txt) and was not made by merging; choose another folder"},
		{"merge --model MODEL --adapter ADAPTER --out PAIRS/merged", 1, "merge: look for PAIRS/merged: not a directory; a file is where a folder must be, so choose another place"},
		{"eval --model MODEL --data PAIRS --per-pair PAIRS/figures.jsonl", 1, "write PAIRS/figures.jsonl: a folder in its path is a file; name another place"},
	} {
		p.fails(c)
	}
}

// TestReadOnlyRunFolder: root would write into the folder all the same, so the program runs without that privilege of root's.
func TestReadOnlyRunFolder(t *testing.T) {
	p := newPlace(t)
	if err := os.Mkdir(p.path("OUT"), 0o555); err != nil {
		t.Fatal(err)
	}
	c := badInput{"train --model MODEL --data PAIRS --out OUT", 1, "train: lock the run folder: open OUT/.lock: permission denied; change its permissions (ls -l shows them), or choose another place"}
	cmd := p.run(c.args)
	if os.Getuid() == 0 {
		setpriv, err := exec.LookPath("setpriv")
		if err != nil {
			t.Skip("root writes into read-only folders, and setpriv of util-linux, which prevents that, is not installed")
		}
		cmd.Path, cmd.Args = setpriv, append([]string{"setpriv", "--bounding-set", "-dac_override", cmd.Path}, cmd.Args[1:]...)
	}
	before := tree(t, p.dir)
	p.checkFailure(cmd, c)
	p.checkSame(c.args, before)
}

// TestDiskFull limits the size of files to 0, as on a full disk, or so that the record fits and the adapter does not. An
// interrupted run resumes once there is space, with the same result as one that was never interrupted.
func TestDiskFull(t *testing.T) {
	p := newPlace(t)
	p.adapter("ADAPTER", 64, 2)
	for _, c := range []badInput{
		{shortRun + "OUT", 1, "train: write OUT/run.json: write OUT/.run.json.N.unfinished: file too large; the limit for the size of a file is too low (ulimit -f), or the file system's is; choose another place"},
		{"merge --model MODEL --adapter ADAPTER --out OUT", 1, `write the merged model: write PLACE/.out.N.unfinished/model.safetensors: tensor "model.embed_tokens.weight": write PLACE/.out.N.unfinished/.model.safetensors.N.unfinished: file too large; the limit for the size of a file is too low (ulimit -f), or the file system's is; choose another place`},
	} {
		before := tree(t, p.dir)
		p.checkFailure(p.limited(c.args, 0), c)
		p.checkSame(c.args, before)
	}
	p.checkFailure(p.limited(shortRun+"OUT", 16), badInput{shortRun, 1, "train: write a checkpoint: write the adapter: write OUT/.checkpoint-1/adapter_model.safetensors: write OUT/.checkpoint-1/.adapter_model.safetensors.N.unfinished: file too large; the limit for the size of a file is too low (ulimit -f), or the file system's is; choose another place"})
	p.holds("OUT", ".lock", "eval_metrics.jsonl", "metrics.jsonl", "run.json", "trained_prompts.txt")
	if out, err := p.run(shortRun + "OUT --resume").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.trained("WHOLE")
	if !bytes.Equal(adapterBytes(t, p.path("OUT")), adapterBytes(t, p.path("WHOLE"))) {
		t.Error("the resumed run ends with a different adapter")
	}
}

// holds checks the names in a folder.
func (p *place) holds(word string, names ...string) {
	p.t.Helper()
	entries, err := os.ReadDir(p.path(word))
	if err != nil {
		p.t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if !slices.Equal(got, names) {
		p.t.Errorf("%s contains %v, want %v", word, got, names)
	}
}

// TestNotFinite: after an overflow the folder is still a run, with the steps before.
func TestNotFinite(t *testing.T) {
	p := newPlace(t)
	args := shortRun + "OUT --learning-rate 1e30 --warmup-steps 1"
	p.checkFailure(p.run(args), badInput{args, 1, "train: step 2: the norm of the trained weights is not a finite number (pairs: PAIRS, line 4); lower the learning rate (it is 1e+30); checkpoint-1 is the last good checkpoint"})
	p.holds("OUT", ".lock", "checkpoint-1", "eval_metrics.jsonl", "metrics.jsonl", "run.json", "trained_prompts.txt")
}
