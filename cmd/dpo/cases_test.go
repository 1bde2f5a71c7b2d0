package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/shared"
)

// A situation is a copy of one of the shared cases: a user's files, and the commands that go wrong in other tools. The tests
// of the situations are in cases_*_test.go, and docs/compatibility.md lists them.
type situation struct {
	t   *testing.T
	dir string // the case's folder; the models are in ../_models
}

// newSituation copies a shared case, such as "02-system-column", with a cache that is empty.
func newSituation(t *testing.T, name string) *situation {
	t.Helper()
	cases := shared.Path(t, "cases")
	cachetest.Own(t)
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GONB_DPO_CHECKOUT", checkout) // for the model that set-up downloads
	root := t.TempDir()
	for _, folder := range []string{name, "_models"} {
		if err := os.CopyFS(filepath.Join(root, folder), os.DirFS(filepath.Join(cases, folder))); err != nil {
			t.Fatal(err)
		}
	}
	return &situation{t, filepath.Join(root, name)}
}

// run runs a command line, split at spaces, in the case's folder, and returns its status and what it printed.
func (s *situation) run(commandLine string) (status int, stdout, stderr string) {
	s.t.Helper()
	return s.runArgs(strings.Fields(commandLine)...)
}

func (s *situation) runArgs(args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	cmd := dpo(s.t, args...)
	cmd.Dir = s.dir
	var out, notes bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &notes
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		s.t.Fatal(err)
	}
	return status, out.String(), notes.String()
}

// expect runs a command line and checks its status and that the output has all of some texts; it returns the output.
func (s *situation) expect(status int, commandLine string, texts ...string) string {
	s.t.Helper()
	got, stdout, stderr := s.run(commandLine)
	if got != status {
		s.t.Errorf("dpo %s: status %d, want %d:\n%s%s", commandLine, got, status, stdout, stderr)
	}
	for _, text := range texts {
		if !strings.Contains(stdout+stderr, text) {
			s.t.Errorf("dpo %s lacks %q:\n%s%s", commandLine, text, stdout, stderr)
		}
	}
	return stdout + stderr
}

// twoSteps are the settings of a short run.
const twoSteps = " --max-steps 2 --batch-size 2 --warmup-steps 0 --eval-steps 0 --save-steps 0 --precision float32"

func TestPairsOfDifferentLengthOfConversation(t *testing.T) {
	s := newSituation(t, "32-turns-that-part-early")
	s.expect(3, "data lint pairs.jsonl --no-tokens", "line 1: different prompts", "line 3: answer not by the assistant")
	if tokens := s.expect(0, "tokens --data pairs.jsonl"); strings.Count(tokens, `"line":`) != 1 || !strings.Contains(tokens, `"line":1,`) {
		t.Errorf("not the second pair alone: %s", tokens)
	}
}
