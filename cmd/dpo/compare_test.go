package main

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// TestCompare: several adapters are compared side by side. In a blind ranking no model is named before the end, and the
// rankings can be turned into pairs.
func TestCompare(t *testing.T) {
	model, first, second := tinymodel.WriteChat(t, 1), tinyAdapter(t), tinyAdapter(t)
	dir := t.TempDir()
	votes := filepath.Join(dir, "votes.jsonl")
	flags := []string{"compare", "--model", model, "--max-new-tokens", "8"}
	one := output(t, append(flags, "--adapter", first, "--prompt", "Name a colour.")...)
	says(t, one, "── Name a colour.\n\nbefore: ", "\nafter:  ")

	prompts := []string{"--prompt", "One?", "--prompt", "Two?"}
	many := append(append(flags, "--adapter", first, "--adapter", second, "--temperature", "1", "--seed", "5"), prompts...)
	text := output(t, many...)
	says(t, text, "── One?", "\nbase model:", "\n"+first+":", "\n"+second+":", "── Two?")
	if text != output(t, many...) {
		t.Error("the same comparison gives other answers")
	}

	vote := func(lines string) string {
		t.Helper()
		cmd := dpo(t, append(many, "--blind", votes, "--rater", "anna")...)
		cmd.Stdin = strings.NewReader(lines)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("dpo compare --blind: %v: %s", err, out)
		}
		return string(out)
	}
	// Both adapters are the same and give the same answers, so each prompt has two answers, one by both adapters.
	left := vote("2 > 1\n")
	says(t, left, "1 of 2: One?", "saved: 2 > 1", "left: 1 prompt;")
	if strings.Contains(left, "is by") || strings.Contains(left, first) {
		t.Errorf("the models are revealed before all answers are ranked: %s", left)
	}
	done := vote("1 = 2\n")
	says(t, done, "2 of 2: Two?", "saved: 1 = 2", "   2 > 1, where\n", "is by base model\n", "is by "+first+" and "+second, "pairwise comparisons in "+votes)
	if again := vote(""); !strings.Contains(again, "pairwise comparisons in") || strings.Contains(again, "best first: ") {
		t.Errorf("after all are ranked: %s", again)
	}
	says(t, output(t, "data", "rankings", votes, "--out", filepath.Join(dir, "pairs.jsonl")), "pairs.jsonl: 1 pair\n")
}

// TestCompareMistakes: errors are reported before any answer is ranked.
func TestCompareMistakes(t *testing.T) {
	model, adapter := tinymodel.WriteChat(t, 1), tinyAdapter(t)
	for args, want := range map[string]string{
		"--adapter nowhere":                               "nowhere",
		"--adapter " + adapter + " --prompts":             "flag needs an argument",
		"--adapter " + adapter + " --prompts nowhere.txt": "nowhere.txt",
		"--adapter " + adapter + " --temperature -1":      "the temperature is -1",
		"--adapter " + adapter + " --max-new-tokens 0":    "the number of new tokens is 0",
	} {
		text, err := dpo(t, append([]string{"compare", "--model", model}, strings.Fields(args)...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(text), want) || strings.Count(string(text), "\n") != 1 {
			t.Errorf("dpo compare %s: %v, %s; want %q", args, err, text, want)
		}
	}
}
