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

// TestReplay: a run can be replayed from its record in another folder, and changes of its model or pairs are reported.
func TestReplay(t *testing.T) {
	cachetest.Own(t)
	model, data, work := tinymodel.WriteChat(t, 1), pairsFile(t), t.TempDir()
	run := filepath.Join(work, "run")
	output(t, "train", "--model", model, "--data", data, "--eval-data", data, "--out", run, "--max-steps", "2", "--batch-size", "2", "--eval-steps", "1", "--beta", "0.2")
	want := run + "-replay agrees with " + run + " byte for byte in its weights and all metrics except times\n"
	for range 2 {
		if got := output(t, "replay", run+"/"); got != want {
			t.Errorf("replay prints %q, want %q", got, want)
		}
	}
	moved := filepath.Join(work, "moved.jsonl")
	if err := os.Rename(data, moved); err != nil {
		t.Fatal(err)
	}
	fails := func(status int, want string, args ...string) {
		t.Helper()
		cmd := dpo(t, append([]string{"replay", run}, args...)...)
		text, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != status || !strings.Contains(string(text), want) {
			t.Errorf("replay %v: status %d, %s; want status %d and %q", args, cmd.ProcessState.ExitCode(), text, status, want)
		}
	}
	fails(exit.StatusBadData, "if the pairs have moved, name their files with --data and --eval-data")
	fails(exit.StatusBadData, data, "--data", moved) // the held-out pairs were in the same file
	if got := output(t, "replay", run, "--data", moved, "--eval-data", moved); got != want {
		t.Errorf("of pairs that have moved replay prints %q, want %q", got, want)
	}
	if err := os.Rename(moved, data); err != nil {
		t.Fatal(err)
	}
	fails(exit.StatusFailed, "is the run itself", "--out", run)
	fails(exit.StatusFailed, "nothing was trained, because the inputs of "+run+" have changed: the model's weights have changed", "--model", tinymodel.WriteChat(t, 2))
	other := pairsFile(t)
	content, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte(strings.Replace(string(content), "Blue.", "Red.", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(exit.StatusFailed, "the training pairs have changed (3 pairs of "+data+" then, 3 of "+other+" now)", "--data", other, "--out", filepath.Join(work, "new"))
	if _, err := os.Stat(filepath.Join(work, "new")); err == nil {
		t.Error("a replay of other pairs was started")
	}
}
