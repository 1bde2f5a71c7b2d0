package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// rank runs dpo data rank on lines.
func rank(t *testing.T, lines string, args ...string) string {
	t.Helper()
	cmd := dpo(t, append([]string{"data", "rank"}, args...)...)
	cmd.Stdin = strings.NewReader(lines)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("dpo data rank %v: %v: %s", args, err, out)
	}
	return string(out)
}

// A session is stopped, resumed, and repeated by a second rater; the rankings can be used for training.
func TestDataRank(t *testing.T) {
	cachetest.Own(t)
	model, dir := tinymodel.WriteChat(t, 1), t.TempDir()
	file, prompts := filepath.Join(dir, "mine.jsonl"), filepath.Join(dir, "prompts.txt")
	if err := os.WriteFile(prompts, []byte("One?\n\n{\"prompt\": \"Two?\"}\nThree?\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	flags := []string{file, "--model", model, "--prompts", prompts, "--max-new-tokens", "8", "--rater"}
	says(t, rank(t, "3 > 1\n3 > 2 = 4 > 1\n", append(flags, "anna")...), "1 of 3: One?", `the order is "3 > 1"; it must name each of the 4 answers`,
		"saved: 3 > 2 = 4 > 1", "2 of 3: Two?", "left: 2 prompts; run the same command to continue")
	says(t, rank(t, "all bad\n\n", append(flags, "anna")...), "2 of 3: Two?", "saved: all bad", "3 of 3: Three?", "2 of 3 prompts are ranked by anna in "+file)
	says(t, rank(t, "3 2 4 1\n1 2 3 4\n4 3 2 1\n", file, "--rater", "ben"), "saved: 3 > 2 > 4 > 1", "3 of 3 prompts are ranked by ben")

	pairs := filepath.Join(dir, "pairs.jsonl")
	says(t, output(t, "data", "rankings", file, "--out", pairs), "answers to 3 prompts", "anna has ranked 2 of 3 prompts", "ben has ranked 3 of 3 prompts",
		"anna and ben agree on 42 % of 12 pairs of answers (2 prompts); Cohen's kappa is 0.30: fair agreement", pairs+": 18 pairs")
	says(t, output(t, "data", "rankings", file, "--out", pairs+".best", "--pairs", "best-worst"), pairs+".best: 3 pairs")
	for name, want := range map[string]string{pairs + ".best": ": 3 pairs", file: ": 18 pairs"} {
		linted, err := dpo(t, "data", "lint", name, "--no-tokens").Output() // lint fails on so few pairs
		if says(t, string(linted), want); err == nil {
			t.Error("lint accepts a set of so few pairs")
		}
	}
}

func TestDataRankMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.jsonl")
	if err := os.WriteFile(file, []byte(`{"prompt":"a","chosen":"b","rejected":"c"}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"mine.jsonl, line 1: a ranking needs two answers": {"data", "rank", file, "--prompt", "Why?"},
		"exists and is not overwritten":                   {"data", "rankings", file, "--out", file},
		"--pairs is \"some\"; it must be all":             {"data", "rankings", file, "--pairs", "some"},
		"no such file":                                    {"data", "rankings", file + ".missing"},
	} {
		if out, err := dpo(t, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %v: %s", args, err, out)
		}
	}
}
