package recipe

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/errtest"
)

var update = flag.Bool("update", false, "rewrite the expected translations and docs/trl.md")

// golden compares a text with a file, or writes the file.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != text {
		t.Errorf("%s is not up to date (go test ./dpocore/recipe -update, and look at the difference): %v\n%s", path, err, text)
	}
}

// TestTranslations: a recipe of each tool, made of the fields of its public ones: what is said of each field, and the file written.
func TestTranslations(t *testing.T) {
	for file, tool := range map[string]string{"trl": "TRL", "llamafactory": "LLaMA-Factory", "axolotl": "axolotl"} {
		f, err := Read(filepath.Join("testdata", file+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Detect().Name; got != tool {
			t.Errorf("%s is taken for a file of %s", file, got)
		}
		translated := f.Translate(f.Detect())
		var b strings.Builder
		for _, row := range translated.Rows {
			fmt.Fprintf(&b, "%d %s: %s = %s: %s\n", row.Line, row.Kind, row.Field, row.Value, row.Text)
		}
		golden(t, filepath.Join("testdata", file+".report"), b.String()+translated.Summary()+"\n")
		golden(t, filepath.Join("testdata", file+".run.yaml"), translated.YAML(file+".yaml"))
		said := map[string]bool{}
		for _, row := range translated.Rows {
			name, _, _ := strings.Cut(row.Field, ".")
			said[name] = true
		}
		for _, e := range f.Entries {
			if !said[e.Key] {
				t.Errorf("%s: nothing is said of %s", file, e.Key)
			}
		}
	}
}

// TestFields translates single fields of TRL's files.
func TestFields(t *testing.T) {
	for text, want := range map[string]string{
		"warmup_steps: 0.1":         "warmup_ratio: 0.1",
		"warmup_steps: 20":          "warmup_steps: 20",
		"beta: 0.5":                 "warmup_steps: 0  # TRL's default",
		"learning_rate: null":       "learning_rate: 1e-6  # TRL's default",
		"max_steps: 30":             "max_steps: 30",
		"eval_strategy: epoch":      "eval_steps: epoch",
		"eval_strategy: steps":      "eval_steps: 10",
		"save_strategy: \"no\"":     "save_steps: 0  # at the end only",
		"loss_type: [sigmoid, sft]": "loss_type: \"sigmoid,sft\"",
		"{loss_type: [ipo, sft], loss_weights: [1.0, 0.2]}":           "loss_weights: [1.0, 0.2]",
		"loss_type: [sigmoid, other]":                                 "# missing: loss_type: [sigmoid, other]",
		"lr_scheduler_kwargs: {min_lr_rate: 0.1, num_cycles: 2}":      "# missing: lr_scheduler_kwargs.num_cycles: 2",
		"train_sampling_strategy: sequential":                         "shuffle: false",
		"{fp16: true, use_peft: true}":                                "precision: float16",
		"report_to: [wandb, tensorboard]":                             "report_to: tensorboard",
		"optim: sgd":                                                  "# missing: optim: sgd (the optimizer is AdamW)",
		"use_peft: false":                                             "full: true\n",
		"beta: 0.3":                                                   "full: true  # TRL trains all weights without use_peft\n",
		"new_setting: 3":                                              "# missing: new_setting: 3 (not known here",
		"{lora_dropout: 0.1, disable_dropout: false, use_peft: true}": "lora_dropout: 0.1\n",
		"{disable_dropout: false, use_peft: true}":                    "lora_dropout: 0.05  # TRL's default",
		"sft_weight: 0.3":                                             "sft_weight: 0.3",
		"{dataset_name: o/n, eval_strategy: steps}":                   "eval_data: o/n/test",
		"model_name_or_path: o/m\nmodel_revision: v2":                 "model_name_or_path: \"o/m@v2\"",
	} {
		if got := translated(t, text).YAML("x"); !strings.Contains(got, want) {
			t.Errorf("%s: lacks %q:\n%s", text, want, got)
		}
	}
	if max := translated(t, "max_steps: 30").YAML("x"); strings.Contains(max, "num_train_epochs") {
		t.Errorf("steps and epochs: %s", max)
	}
}

func translated(t *testing.T, text string) Translation {
	t.Helper()
	f := read(t, text)
	return f.Translate(&trl)
}

func read(t *testing.T, text string) File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestDefaults: what the other tools do if a file does not say.
func TestDefaults(t *testing.T) {
	for text, want := range map[string]string{
		"{base_model: o/m, adapter: lora, peft_layers_to_transform: [0, 2], loraplus_lr_ratio: 16}": "layers_to_transform: [0, 2]\nloraplus_lr_ratio: 16",
		"{base_model: o/m, rl: simpo, rl_beta: 2}":                                                  "sft_weight: 1.0  # axolotl's default",
		"{base_model: o/m, rl: simpo, cpo_alpha: 0}":                                                "loss_type: simpo\nsft_weight: 0\n",
		"{base_model: o/m, adapter: qlora}":                                                         "# missing: adapter: qlora (a LoRA adapter is trained, of the model as it is; set quantize to nf4",
		"{base_model: o/m, rl: orpo, orpo_alpha: 0.2}":                                              "beta: 0.2\nloss_type: orpo\n",
		"base_model: o/m":                                   "save_steps: epoch",
		"{base_model: o/m, rl: dpo}":                        "save_total_limit: 4  # axolotl's default",
		"{base_model: o/m, save_steps: 20}":                 "save_steps: 20",
		"{base_model: o/m, eval_steps: 0.1}":                "eval_steps: 0.1",
		"{base_model: o/m, saves_per_epoch: 2}":             "save_steps: 0.5",
		"pref_beta: 0.2":                                    "# missing: stage: sft (LLaMA-Factory's default",
		"{stage: dpo, adapter_name_or_path: a}":             "reference: base  # LLaMA-Factory's: the model without the adapter",
		"{stage: dpo, ref_model: other}":                    "reference: other",
		"{stage: dpo, lora_rank: 4}":                        "lora_alpha: 8",
		"{stage: dpo, pref_beta: 0.2}":                      "max_length: 2048  # LLaMA-Factory's default",
		"{stage: dpo, pref_bco_weight: 0.5}":                "# missing: pref_bco_weight: 0.5 (write the loss as sigmoid,bco_pair",
		"{stage: dpo, save_strategy: steps, eval_steps: 3}": "save_steps: 500",
	} {
		f := read(t, text)
		if got := f.Translate(f.Detect()).YAML("x"); !strings.Contains(got, want) {
			t.Errorf("%s: lacks %q:\n%s", text, want, got)
		}
	}
}

// TestValues: values in the forms that PyYAML reads as numbers and as true and false, and those that the setting can't have.
func TestValues(t *testing.T) {
	for text, want := range map[string]string{
		"{use_peft: True, max_steps: 10.0}":                                    "max_steps: 10\n",
		"{use_peft: yes, bf16: on}":                                            "precision: bfloat16\n",
		"{use_peft: No}":                                                       "full: true\n",
		"{use_peft: true, bf16: off, seed: 7.0}":                               "seed: 7\n",
		"{use_peft: true, learning_rate: '5e-5'}":                              "learning_rate: 5e-5\n",
		"{use_peft: true, learning_rate: fast}":                                "# missing: learning_rate: fast (it must be a number, as in 0.1 or 5e-5; here it is 5e-05 without it)",
		"{use_peft: true, max_steps: ten}":                                     "# missing: max_steps: ten (it must be a whole number in digits; here it is 50 without it)",
		"{use_peft: true, lr_scheduler_type: polynomial}":                      `# missing: lr_scheduler_type: polynomial (unknown scheduler "polynomial"; choose linear, cosine`,
		"{use_peft: true, seed: 1.5}":                                          "# missing: seed: 1.5 (it must be a whole number",
		"{use_peft: true, loss_type: [sigmoid, sft], loss_weights: [1, half]}": "# missing: loss_weights: [1, half] (it must be a list of numbers",
		"{use_peft: true, loss_type: [sigmoid, sft], loss_weights: '1, 0.5'}":  "loss_weights: [1,",
		"{use_peft: true, seed: 1e10}":                                         "# missing: seed: 1e10 (it must be a whole number in digits",
	} {
		got := translated(t, text).YAML("x")
		if !strings.Contains(got, want) || strings.Contains(got, "missing: use_peft") {
			t.Errorf("%s: lacks %q:\n%s", text, want, got)
		}
	}
}

// TestBadFiles: errors have the file and the line.
func TestBadFiles(t *testing.T) {
	for text, want := range map[string]string{
		"beta: 0.1\nbeta: 0.2":    "line 2: beta is given before, in line 1; give it once",
		"- a\n- b":                "line 1: settings are written as name: value",
		"beta: [0.1":              "it is not YAML",
		"beta: 0.1\n\tx: 2":       "line 2: it is not YAML",
		"beta: 0.1\n---\nbeta: 1": "line 2: a second document begins",
		"just text":               "line 1: settings are written as name: value",
		"a: *b":                   "it is not YAML: unknown anchor",
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		errtest.Contains(t, err, path, want)
	}
	if f := read(t, "# nothing\n"); len(f.Entries) != 0 {
		t.Errorf("%+v", f)
	}
	_, err := Read(filepath.Join(t.TempDir(), "none.yaml"))
	errtest.Contains(t, err, "none.yaml", "no such file")
}

// TestTables: each row is given once, and leads to a setting that there is or may be.
func TestTables(t *testing.T) {
	for _, tool := range Tools {
		seen := map[string]bool{}
		for _, row := range tool.fields {
			if seen[row.name] {
				t.Errorf("%s: %s has two rows", tool.Name, row.name)
			}
			seen[row.name] = true
			if !row.take && row.why == "" && !isOurs(row.to) {
				t.Errorf("%s: %s leads to %q, an unknown setting", tool.Name, row.name, row.to)
			}
		}
	}
}

// TestTRLDocument: docs/trl.md has each field of TRL's DPOConfig with what it is here. The list is compared with the package by
// interop/test_recipes.py.
func TestTRLDocument(t *testing.T) {
	list, err := os.ReadFile("testdata/dpoconfig.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(documentHead)
	for line := range strings.Lines(string(list)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		here := here(name)
		if here == "" {
			t.Errorf("nothing is known of %s", name)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", name, value, here)
	}
	golden(t, "../../docs/trl.md", b.String())
}

const documentHead = `# TRL's settings

Each field of DPOConfig in TRL 1.16, with its default there and what it is here. "Same" is a setting of the same name, as a flag
(` + "`--learning-rate`" + `) and in a file for ` + "`dpo train --config`" + `. ` + "`dpo config translate`" + ` reads a whole file, also with the fields of TRL's ModelConfig and
ScriptArguments, and writes TRL's defaults where ours are others. This table is written by ` + "`go test ./dpocore/recipe -update`" + `.

TRL trains all weights unless its trainer gets a ` + "`peft_config`" + ` (` + "`use_peft: true`" + ` in a file for its script). Here a LoRA adapter is the default, and
` + "`--full`" + `, in a file ` + "`full: true`" + `, trains all weights: see [Full fine-tuning](command.md#full-fine-tuning). A translated file has the one that TRL
would train.

| field | default in TRL | here |
|---|---|---|
`

// here is what a field of TRL is here.
func here(name string) string {
	translatedHere := map[string]string{
		"max_steps": "same; -1, as there, if the number of epochs counts", "num_train_epochs": "same", "warmup_steps": "same; a share of the run is `warmup_ratio`",
		"lr_scheduler_kwargs": "`min_lr_rate` and `num_decay_steps`; others not", "eval_strategy": "`eval_steps`: 0 for the end only, a number, or epoch", "eval_steps": "same",
		"save_strategy": "`save_steps`: 0 for the end only, a number, or epoch", "save_steps": "same", "save_total_limit": "same; the best checkpoint is kept as well",
		"report_to": "same; `none` or `tensorboard`, whose file other programs import", "bf16": "`precision: bfloat16`", "fp16": "`precision: float16`", "loss_type": "same", "loss_weights": "same",
		"disable_dropout":             "`true`; with `false` the adapter has its dropout, `lora_dropout`, and the model none",
		"train_sampling_strategy":     "`shuffle`: true or false; by length not",
		"gradient_accumulation_steps": "same; if the last batch of an epoch is smaller, all pairs of the step count alike, where TRL's mean is over batches and pairs of that batch count more",
	}
	row := trl.find(name)
	switch {
	case translatedHere[name] != "":
		return translatedHere[name]
	case config.Settings.Named(name) != nil && config.Settings.Named(name).Name() == name:
		return "same"
	case row == nil && isOurs(name):
		return "same"
	case row == nil:
		return ""
	case row.to != "" && isOurs(row.to):
		if ours := config.Settings.Named(row.to); ours != nil {
			return "same; also `" + ours.Name() + "`"
		}
		return "`--out`"
	case row.kind == NoEffect:
		return "no effect: " + row.why
	}
	if len(row.off) > 0 {
		return "only `" + strings.Join(row.off, "`, `") + "`: " + row.why
	}
	return "not here: " + row.why
}
