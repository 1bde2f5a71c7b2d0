package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

func TestExitStatus(t *testing.T) {
	for args, want := range map[string]int{
		"":                           0,
		"--help":                     0,
		"train --help":               0,
		"completion bash":            0,
		"trian":                      2,
		"data":                       0,
		"data bogus":                 2,
		"train --bata 0.1":           2,
		"train --beta much":          2,
		"train --resume --overwrite": 2,
		"train extra":                2,
		"plot":                       2,
		"completion nonsense":        2,
		"sft":                        2,
		"rounds --data builtin":      2,
		"fork run":                   2,
		"data convert pairs.jsonl":   2,
		"control extend run":         2,
		"plot nowhere":               1,
		"merge --adapter nowhere":    1,
		"eval --model /nowhere":      1,
	} {
		out, err := dpo(t, strings.Fields(args)...).CombinedOutput()
		if got := exitStatus(t, err); got != want {
			t.Errorf("dpo %s has exit status %d, want %d: %s", args, got, want, out)
		}
	}
}

// TestHelpAndDocumentAgree: docs/command.md lists each exit status of `dpo --help`.
func TestHelpAndDocumentAgree(t *testing.T) {
	document, err := os.ReadFile("../../docs/command.md")
	if err != nil {
		t.Fatal(err)
	}
	if help := output(t, "--help"); !strings.Contains(help, exit.Help) {
		t.Errorf("the help has no table of exit statuses: %s", help)
	}
	for _, line := range strings.Split(exit.Help, "\n")[1:] {
		number, meaning, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if !strings.Contains(string(document), "| "+number+" | "+meaning) {
			t.Errorf("docs/command.md has no row for %s, %q", number, meaning)
		}
	}
}

// TestInterruptedTraining: after Ctrl-C in the first step there are its checkpoint, one sentence, and exit status 130.
func TestInterruptedTraining(t *testing.T) {
	cachetest.Own(t)
	dir := filepath.Join(t.TempDir(), "run")
	cmd := dpo(t, "train", "--model", tinymodel.WriteChat(t, 1), "--data", pairsFile(t), "--out", dir, "--max-steps", "1000", "--batch-size", "2", "--save-steps", "0")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := ""
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		if last = lines.Text(); strings.HasPrefix(last, "step 1/") {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Error(err)
			}
		}
	}
	if got := exitStatus(t, cmd.Wait()); got != exit.StatusInterrupted || !strings.HasPrefix(last, "dpo: stopped after step") {
		t.Errorf("the interrupted run has exit status %d and the message %q", got, last)
	}
}

func exitStatus(t *testing.T, err error) int {
	t.Helper()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &failed):
		return failed.ExitCode()
	}
	t.Fatal(err)
	return 0
}
