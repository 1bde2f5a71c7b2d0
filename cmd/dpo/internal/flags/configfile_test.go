package flags

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/errtest"
)

// fromFile parses arguments with a file of settings, as dpo train does.
func fromFile(t *testing.T, text string, args ...string) (cmd *cobra.Command, c config.Config, path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "run.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c = config.Default()
	cmd = &cobra.Command{Use: "train", RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
	for _, name := range []string{"model", "data", "out", "eval-data", "eval-fraction"} {
		cmd.Flags().String(name, "", "")
	}
	Settings(cmd.Flags(), &c)
	cmd.Flags().Bool("resume", false, "")
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	ConfigFile(cmd, &c)
	Once(cmd)
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return ReadConfig(cmd) }
	cmd.SetArgs(append(args, "--config", path))
	return cmd, c, path, cmd.Execute()
}

// TestConfigFile: names of both kinds, flags that win, and what the file's values amount to.
func TestConfigFile(t *testing.T) {
	const file = "per_device_train_batch_size: 3\nlr_scheduler: cosine\nlora_target_modules: [q_proj, v_proj]\nbeta: 0.3\nlearning_rate: 5.0e-6 # small\nshuffle: false\n" +
		"num_train_epochs: 2\neval_steps: epoch\nseed: null\nmodel_name_or_path: a model\ndataset_name: o/n:c/train\noutput_dir: runs/x\neval_fraction: 0.1\n" +
		"rank_pattern: {q_proj: 8, v_proj: 4}\nalpha_pattern: [q_proj=2]\n"
	cmd, _, path, err := fromFile(t, file, "--beta", "0.5", "--eval-data", "held.jsonl", "--max-length", "64")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{
		"batch-size": {"3", path + ", line 1"}, "lr-scheduler": {"cosine", path + ", line 2"}, "lora-modules": {"[q_proj,v_proj]", path + ", line 3"}, "beta": {"0.5", "flag"},
		"learning-rate": {"5e-06", path + ", line 5"}, "shuffle": {"false", path + ", line 6"}, "num-train-epochs": {"2", path + ", line 7"}, "max-steps": {"0", "default"},
		"eval-steps": {"epoch", path + ", line 8"}, "seed": {"42", "default"}, "model": {"a model", path + ", line 10"}, "data": {"o/n:c/train", path + ", line 11"},
		"out": {"runs/x", path + ", line 12"}, "eval-fraction": {"", "default"}, "eval-data": {"held.jsonl", "flag"}, "max-length": {"64", "flag"},
		"rank-pattern": {"[q_proj=8,v_proj=4]", path + ", line 14"}, "alpha-pattern": {"[q_proj=2]", path + ", line 15"},
	} {
		if f := cmd.Flags().Lookup(name); f.Value.String() != want[0] || Origin(cmd, name) != want[1] {
			t.Errorf("--%s is %q from %s, want %q", name, f.Value, Origin(cmd, name), want)
		}
	}
}

// TestConfigFileAndEpochs: epochs on the command line win over steps in the file, and the other way round.
func TestConfigFileAndEpochs(t *testing.T) {
	for _, c := range []struct{ file, flag, steps, epochs string }{
		{"max_steps: 100", "--num-train-epochs=2", "0", "2"},
		{"num_train_epochs: 2", "--max-steps=100", "100", "2"},
		{"max_steps: 100\nnum_train_epochs: 2", "--beta=0.1", "100", "2"},
		{"max_steps: -1\nnum_train_epochs: 2", "--beta=0.1", "-1", "2"},
	} {
		cmd, _, _, err := fromFile(t, c.file, c.flag)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if steps, epochs := cmd.Flags().Lookup("max-steps").Value.String(), cmd.Flags().Lookup("num-train-epochs").Value.String(); steps != c.steps || epochs != c.epochs {
			t.Errorf("%q and %s: %s steps, %s epochs", c.file, c.flag, steps, epochs)
		}
	}
}

// TestConfigFileMistakes: errors have the file, the line and what to write.
func TestConfigFileMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"beta: 0.1\nlr: 1e-5":                           "line 2: unknown setting lr; here it is learning_rate",
		"packing: true":                                 "line 1: unknown setting packing; pairs are always packed into rows",
		"temprature: 1":                                 "line 1: unknown setting temprature; `dpo config show` lists the settings",
		"learning-rate: 1e-5":                           "line 1: unknown setting learning-rate",
		"learning_rate: 1e-5x":                          `line 1: --learning-rate can't be "1e-5x"; write a number`,
		"learning_rate:\n  peak: 1":                     "line 1: learning_rate takes one value",
		"beta: [0.1, 0.2]":                              "line 1: --beta can't be \"0.1,0.2\"",
		"lora_modules: [{a: b}]":                        "line 1: lora_modules takes one value, or a list of them",
		"seed: 1\n\nbeta: 0":                            "line 3: beta is 0; it must be above 0",
		"batch_size: 2\nper_device_train_batch_size: 2": "line 2: per_device_train_batch_size is the same setting as batch_size in line 1",
		"resume: true":                                  "line 1: resume is given on the command line, as --resume",
		"config: other.yaml":                            "line 1: config is given on the command line",
		"lora_modules: [q_proj, qkv]":                   `line 1: unknown LoRA module "qkv"`,
		"max_length: 1_000.5":                           "line 1: --max-length can't be",
	} {
		_, _, path, err := fromFile(t, text)
		if err == nil || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%q: %v", text, err)
		}
		errtest.Contains(t, err, want)
	}
}
