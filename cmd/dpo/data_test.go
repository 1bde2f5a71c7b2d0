package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/internal/tinymodel"
)

func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func TestDataLint(t *testing.T) {
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	command := dpo(t, "data", "lint", data, "--model", model, "--eval-data", data, "--max-length", "24")
	out, err := command.Output()
	if command.ProcessState.ExitCode() != exit.StatusBadData {
		t.Errorf("status %d, %v", command.ProcessState.ExitCode(), err)
	}
	says(t, string(out), "3 pairs, 3 held out", "wrong  held-out prompts in the training data: 3 of 3", "wrong  number of pairs: 3 of 3",
		"equal answers: 1 of 4", "truncated answers: ", "pairs.jsonl, line 2: also ", "nothing found: columns, ")

	plain := output(t, "data", "lint", "builtin", "--no-tokens")
	says(t, plain, "builtin: 240 pairs, 60 held out", "look   number of pairs", "not checked: ", "truncated answers and end of turn (need a model's tokenizer)")
	if strings.Contains(plain, "wrong  ") {
		t.Errorf("the built-in pairs are wrong: %s", plain)
	}
}

func TestDataShow(t *testing.T) {
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	out := output(t, "data", "show", data, "--model", model, "-n", "1")
	says(t, out, "pairs.jsonl, line 1\n\nName a colour.\n", "«Blue.»", " │ «No.»", "what the model sees, prompt", "<|im_start|>user\n  │ Name a colour.<|im_end|>",
		"3 pairs; the longest has")
	if strings.Contains(out, "hello") {
		t.Errorf("more than one pair: %s", out)
	}
	third := output(t, "data", "show", data, "--model", model, "--pair", "3")
	says(t, third, "pairs.jsonl, line 4")
	for _, args := range [][]string{{"--pair", "4"}, {"--pair", "0"}, {"-n", "-1"}, {"--pair", "1", "-n", "2"}} {
		command := dpo(t, append([]string{"data", "show", data, "--model", model}, args...)...)
		if text, _ := command.CombinedOutput(); command.ProcessState.ExitCode() != exit.StatusWrongUse {
			t.Errorf("%v: status %d: %s", args, command.ProcessState.ExitCode(), text)
		}
	}
}

func TestDataMistakes(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.jsonl")
	if err := os.WriteFile(broken, []byte(`{"prompt":"a","choosen":"b","rejected":"c"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		says []string
	}{
		{broken, []string{"line 1", `did you mean "chosen"?`}},
		{"hh-rhlf", []string{"did you mean hh-rlhf?"}},
		{"webgpt:nowhere", []string{"nowhere"}},
		{"missing.jsonl", []string{"missing.jsonl", "no such file"}},
	} {
		for _, verb := range []string{"lint", "show"} {
			command := dpo(t, "data", verb, c.name)
			text, _ := command.CombinedOutput()
			if command.ProcessState.ExitCode() != exit.StatusBadData || strings.Count(strings.TrimSpace(string(text)), "\n") > 0 {
				t.Errorf("%s %s: status %d: %s", verb, c.name, command.ProcessState.ExitCode(), text)
			}
			says(t, string(text), c.says...)
		}
	}
}
