package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// inProcess runs a command line, split at spaces, without a subprocess, and returns its error as text, and what it printed.
func inProcess(t *testing.T, commandLine string) (fault, printed string) {
	t.Helper()
	var out bytes.Buffer
	cmd := root()
	cmd.SetArgs(strings.Fields(commandLine))
	cmd.SetIn(strings.NewReader(""))
	cmd.SetOut(&out)
	cmd.SetErr(&bytes.Buffer{})
	if err := execute(t.Context(), cmd); err != nil {
		fault = err.Error()
	}
	return fault, out.String()
}

const matrixSteps = " --data pairs.jsonl --max-steps 2 --batch-size 2 --warmup-steps 0 --eval-steps 0 --lora-r 2"

// matrixFolders makes, in a new working directory, what may be given to a command: a finished run with checkpoints, its merged
// model, a stopped run, an empty folder, and another model.
func matrixFolders(t *testing.T) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GONB_DPO_CHECKOUT", checkout) // for the plugin of XLA
	pairs, models := pairsFile(t), map[string]string{"model": tinymodel.WriteBytes(t, 1), "other": tinymodel.WriteBytes(t, 2)}
	t.Chdir(t.TempDir())
	for name, path := range models {
		if err := os.Rename(path, name); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(pairs)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"pairs.jsonl": string(content), "prompts.txt": "Why?\nHow?\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err, _ := inProcess(t, "train --model model --out run --merged merged --save-steps 1"+matrixSteps); err != "" {
		t.Fatal(err)
	}
	if err := os.CopyFS("stopped/checkpoint-1", os.DirFS("run/checkpoint-1")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"run.json", "metrics.jsonl"} {
		raw, err := os.ReadFile(filepath.Join("run/checkpoint-1", name))
		if err == nil {
			err = os.WriteFile(filepath.Join("stopped", name), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("empty", 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestMatrix: every command that takes an adapter or a run, with what may be given in its place. docs/compatibility.md has the
// tables.
func TestMatrix(t *testing.T) {
	matrixFolders(t)
	t.Run("adapters", adapterMatrix)
	t.Run("runs", runMatrix)
	t.Run("rankings of another adapter", rankOfAnotherAdapter)
}

func adapterMatrix(t *testing.T) {
	refused := map[string]string{
		"run --model other":  "the adapter run was trained on model, and other has other weights; use that model, or accept this one with --any-base",
		"none":               "there is no adapter folder none",
		"empty":              "empty is not an adapter folder: it has no adapter_config.json; name the folder that training created",
		".":                  "name one of the adapters in it, such as run",
		"merged":             "merged is a merged model, not an adapter",
		"model":              "model is a model, not an adapter; name it as the model (--model)",
		"stopped":            "is not finished, so it has no adapter yet; resume it, or use the adapter of its checkpoint stopped/checkpoint-1",
		"run --model merged": "already contains the adapter run",
		"run --model run":    "run is an adapter, not a model",
	}
	const noAdapter = "there is no adapter folder dpo_finetuned_smollm2; check the path, or name the folder that training created"
	for _, command := range []struct{ line, flag, without string }{
		{"generate --prompt Hi --max-new-tokens 1", "--adapter", ""},
		{"chat --max-new-tokens 1", "--adapter", ""},
		{"eval --data pairs.jsonl", "--adapter", ""},
		{"eval --data pairs.jsonl --adapter run", "--against", ""},
		{"merge --out new", "--adapter", noAdapter},
		{"compare --prompt Hi --max-new-tokens 1", "--adapter", noAdapter},
		{"data rank new --prompt Hi --max-new-tokens 1", "--adapter", ""},
		{"train --out new" + matrixSteps, "--init-adapter", ""},
		{"sweep --out new --eval-fraction 0.5 --betas 0.1" + matrixSteps, "--init-adapter", ""},
		{"rounds --out new --rounds 1 --reference base --judge words:5" + matrixSteps, "--init-adapter", ""},
	} {
		try := func(given, want string) {
			defer os.RemoveAll("new")
			if got, _ := inProcess(t, command.line+given); !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("dpo %s%s: %q, want %q", command.line, given, got, want)
			}
			if stat, err := os.Stat("new"); err == nil && stat.IsDir() && want != "" {
				t.Errorf("dpo %s%s: a folder was made", command.line, given)
			}
		}
		if command.flag != "--init-adapter" { // training without one has all other tests
			try(" --model model", command.without)
		}
		for given, want := range refused {
			try(" "+command.flag+" "+given, want)
		}
		try(" "+command.flag+" run", "")
		try(" "+command.flag+" run/checkpoint-1", "")
	}
}

// rankOfAnotherAdapter: answers in the file that another model gave are not taken for those of the adapter.
func rankOfAnotherAdapter(t *testing.T) {
	const rank, noted = "data rank ranks --prompt Hi --max-new-tokens 1 --adapter ", "ranks already has the answers to 1 prompt by another model"
	for _, adapter := range []string{"run", "run", "run/checkpoint-1"} {
		fault, printed := inProcess(t, rank+adapter)
		if fault != "" || strings.Contains(printed, noted) != (adapter != "run") {
			t.Errorf("%s: %s%s", adapter, fault, printed)
		}
	}
	if fault, _ := inProcess(t, rank+"none"); !strings.Contains(fault, "there is no adapter folder none") {
		t.Errorf("an adapter that is not needed and not there: %q", fault)
	}
}

func runMatrix(t *testing.T) {
	const (
		isCheckpoint = "run/checkpoint-1 is a checkpoint; name its run, run"
		notRun       = "is not a run folder; name the folder that training created"
		noRun        = "name a run folder that training created"
		notEmpty     = "is not a run folder; choose another folder"
		resume       = "train --model model --resume" + matrixSteps + " --out "
	)
	for _, c := range []struct{ line, want string }{
		{"replay", "dpo replay needs RUN: write `dpo replay RUN`"},
		{"replay run run", "dpo replay takes one RUN"},
		{"replay run/checkpoint-1", isCheckpoint},
		{"replay stopped", "is not finished, so there is nothing to compare with; resume it first"},
		{"replay none", notRun},
		{"replay empty", notRun},
		{"replay merged", notRun},
		{"replay model", notRun},
		{"replay run --model other", "the model's weights have changed (other; the run was trained on model)"},
		{"replay run", ""},
		{"plot", "dpo plot needs RUN"},
		{"plot run/checkpoint-1", isCheckpoint},
		{"plot stopped", ""},
		{"plot none", noRun},
		{"plot empty", noRun},
		{"plot merged", noRun},
		{"plot model", noRun},
		{"plot run stopped", ""},
		{"diagnose", "dpo diagnose needs RUN"},
		{"diagnose run/checkpoint-1", ""},
		{"diagnose stopped", ""},
		{"diagnose none", noRun},
		{"diagnose empty", noRun},
		{"diagnose merged", noRun},
		{"diagnose model", noRun},
		{"diagnose run", ""},
		{resume + "run/checkpoint-1", isCheckpoint + ", to resume it, or start a new run from the adapter of the checkpoint (--init-adapter run/checkpoint-1)"},
		{resume + "merged", notEmpty},
		{resume + "model", notEmpty},
		{resume + "run", ""},
		{resume + "stopped", ""},
		{resume + "fresh", ""},
	} {
		if got, _ := inProcess(t, c.line); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("dpo %s: %q, want %q", c.line, got, c.want)
		}
	}
}
