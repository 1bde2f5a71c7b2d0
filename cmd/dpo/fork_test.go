package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestFork: with other settings from a checkpoint, with everything else from the record, also that of a replay; mistakes leave no folder.
func TestFork(t *testing.T) {
	cachetest.Own(t)
	model, data, work := tinymodel.WriteChat(t, 1), pairsFile(t), t.TempDir()
	run, fork := filepath.Join(work, "run"), filepath.Join(work, "run-fork-2")
	output(t, "train", "--model", model, "--data", data, "--eval-data", data, "--out", run, "--max-steps", "3", "--batch-size", "2", "--lora-r", "4", "--eval-steps", "1", "--save-steps", "1")
	for _, c := range []struct{ says, flags string }{
		{"has no checkpoint of step 1; choose 2 or 3", "--at 1"},
		{"nothing is left to train", "--at 3"},
		{"the LoRA rank is 4 in the run and 8 here, and a fork can't change it", "--at 2 --lora-r 8"},
	} {
		cmd := dpo(t, append([]string{"fork", run}, strings.Fields(c.flags)...)...)
		if text, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exit.StatusWrongUse || !strings.Contains(string(text), c.says) {
			t.Errorf("fork %s: status %d, %s", c.flags, cmd.ProcessState.ExitCode(), text)
		}
	}
	if _, err := os.Stat(fork); err == nil {
		t.Error("a mistake left a folder")
	}
	told, err := dpo(t, "fork", run, "--at", "2", "--beta", "0.5", "--num-train-epochs", "2").CombinedOutput()
	want := "This run continues from step 2 of " + run + ", with beta: 0.1 → 0.5, max steps: 3 → 4, num train epochs: 0 → 2."
	if err != nil || !strings.Contains(string(told), want) || !strings.Contains(string(told), "step 4/4") || strings.Contains(string(told), "step 2/4") {
		t.Errorf("fork: %v: %s", err, told)
	}
	if got := output(t, "replay", fork); !strings.Contains(got, "agrees with "+fork+" byte for byte") {
		t.Errorf("replay prints %s", got)
	}
	page := filepath.Join(work, "page.html")
	output(t, "report", fork, "--out", page)
	for _, file := range []string{page, filepath.Join(fork, "README.md")} {
		if content, err := os.ReadFile(file); err != nil || !strings.Contains(string(content), "step 2 of run, with beta: 0.1 → 0.5") {
			t.Errorf("%s does not tell of the fork (%v)", file, err)
		}
	}
}
