package flags

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
)

// command is one with the flags of dpo train.
func command() *cobra.Command {
	settings, model, data, out := config.Default(), "", "", ""
	cmd := &cobra.Command{Use: "train", Args: Arguments, RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
	Model(cmd, &model)
	Data(cmd, &data)
	cmd.Flags().StringVar(&out, "out", "", "")
	Settings(cmd.Flags(), &settings)
	Once(cmd)
	cmd.SetFlagErrorFunc(Explain)
	return cmd
}

// TestMistakes: each mistake is answered with what to write.
func TestMistakes(t *testing.T) {
	for args, want := range map[string]string{
		"--beta 0.1 --beta 0.2":             `it was given before, as "0.1"`,
		"--learning_rate 1":                 "write --learning-rate",
		"--lr 1":                            "here it is --learning-rate",
		"--output_dir x":                    "here it is --out",
		"--epochs 3":                        "here it is --num-train-epochs",
		"--eval-steps -1":                   "it must be a whole number of at least 0",
		"--use-peft":                        "leave it out",
		"--lora_rank 8":                     "here it is --lora-r",
		"-lora-r 8":                         "write --lora-r",
		"--betta 1":                         "did you mean --beta?",
		"--no-shuffle":                      "write --shuffle=false",
		"--beta=0,1":                        "write a decimal point",
		"--learning-rate 1e-5f":             "without a unit",
		"--max-steps 10k":                   "as in 10000",
		"--max-steps 1e3":                   "a whole number in digits",
		"--seed 99999999999999999999":       "it is too large",
		"--warmup-steps 0.1":                "a share of the run as --warmup-ratio",
		"--shuffle=ja":                      "true or false",
		"--out=~/run":                       "$HOME",
		"--out=":                            "it is empty",
		"--use-rslora true":                 "takes no value after a space",
		"what":                              "does not know what",
		"--lora-modules q --lora-modules v": "",
	} {
		cmd := command()
		cmd.SetArgs(strings.Fields(args))
		err := cmd.Execute()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

// TestSettingsOfTraining: a command without a setting says which has it.
func TestSettingsOfTraining(t *testing.T) {
	cmd := &cobra.Command{Use: "sft", RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
	cmd.Flags().String("data", "", "")
	cmd.SetFlagErrorFunc(Explain)
	cmd.SetArgs([]string{"--beta", "0.1"})
	if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), "unknown flag --beta; it is a setting of dpo train") {
		t.Errorf("got %v", err)
	}
}

// TestForeignFlagsLeadToOurs: no name of another tool is one of ours, and each leads to a flag of some command.
func TestForeignFlagsLeadToOurs(t *testing.T) {
	flags := command().Flags()
	for name := range foreign {
		if flags.Lookup(name) != nil {
			t.Errorf("--%s exists", name)
		}
		if without[name] != "" {
			t.Errorf("--%s is in both tables", name)
		}
	}
	for name := range without {
		if flags.Lookup(name) != nil {
			t.Errorf("--%s exists", name)
		}
	}
}

// TestArguments: an argument that can only be the pairs or the adapter is taken as such.
func TestArguments(t *testing.T) {
	dir := t.TempDir()
	pairs := filepath.Join(dir, "pairs.jsonl")
	for _, path := range []string{pairs, filepath.Join(dir, "adapter_config.json"), filepath.Join(dir, "model.gguf")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for arg, want := range map[string]string{pairs: "data", "builtin": "data", dir: "adapter", filepath.Join(dir, "model.gguf"): "", "none": ""} {
		if got := meant(arg); got != want {
			t.Errorf("%s is taken as --%s, want --%s", arg, got, want)
		}
	}
	cmd := command()
	cmd.SetArgs([]string{pairs})
	if err := cmd.Execute(); err != nil || cmd.Flags().Lookup("data").Value.String() != pairs {
		t.Errorf("the pairs are %s, %v", cmd.Flags().Lookup("data").Value, err)
	}
}

// TestPrompt: an argument of several words is the prompt of a command that has one; a single word may be a mistake.
func TestPrompt(t *testing.T) {
	answering := func(args ...string) (prompt string, err error) {
		cmd := &cobra.Command{Use: "generate", Args: Arguments, RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
		cmd.Flags().StringVar(&prompt, "prompt", "", "")
		cmd.SetArgs(args)
		err = cmd.Execute()
		return prompt, err
	}
	if prompt, err := answering("Why is it?"); err != nil || prompt != "Why is it?" {
		t.Errorf("prompt %q, %v", prompt, err)
	}
	for _, args := range [][]string{{"Hi"}, {"Why", "not"}, {"Why not?", "--prompt", "How?"}} {
		if _, err := answering(args...); err == nil || !strings.Contains(err.Error(), "a prompt is written as --prompt ") {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// TestIdle: a flag that has no effect is said, once it is given.
func TestIdle(t *testing.T) {
	for args, want := range map[string]string{"": "", "--beta 0.2": "note: --beta has no effect without --out\n", "--beta 0.2 --out x": ""} {
		cmd := command()
		IdleWithout(cmd, "out", "beta", "seed")
		var notes bytes.Buffer
		cmd.SetErr(&notes)
		cmd.SetArgs(strings.Fields(args))
		if err := cmd.Execute(); err != nil || notes.String() != want {
			t.Errorf("%s: %v, %q, want %q", args, err, notes.String(), want)
		}
	}
}
