package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestFullOutput: a command whose output does not fit on the disk says so, in whatever pieces it prints it.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	cachetest.Own(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	for _, args := range []string{
		"train --help", "data lint --no-tokens " + data, "data show --model " + model + " " + data, "tokens --model " + model + " --data " + data,
		"generate --prompt hi --max-new-tokens 2 --model " + model,
		"train --json --max-steps 1 --batch-size 1 --model " + model + " --data " + data + " --out " + filepath.Join(t.TempDir(), "run"),
	} {
		cmd := dpo(t, strings.Fields(args)...)
		var notes bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &notes
		if got := exitStatus(t, cmd.Run()); got != exit.StatusFailed || !strings.Contains(notes.String(), "the output is incomplete") {
			t.Errorf("dpo %s: status %d, %s", args, got, notes.String())
		}
	}
}

// TestClosedOutput: a command whose reader has ended is quiet.
func TestClosedOutput(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	in.Close()
	cmd := dpo(t, "train", "--help")
	var notes bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &notes
	if got := exitStatus(t, cmd.Run()); got != exit.StatusClosedPipe || notes.Len() > 0 {
		t.Errorf("status %d, %q", got, notes.String())
	}
}

// TestOverwritten: a run is not overwritten by one that starts from it, nor with a file that the user put there. A merged model
// that can't be written is refused before training.
func TestOverwritten(t *testing.T) {
	cachetest.Own(t)
	model, data, work := tinymodel.WriteChat(t, 1), pairsFile(t), t.TempDir()
	run, mine := filepath.Join(work, "run"), filepath.Join(work, "run", "mine.txt")
	train := func(args ...string) (string, error) {
		out, err := dpo(t, append(strings.Fields("train --max-steps 1 --batch-size 2 --model "+model+" --data "+data), args...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := train("--out", run); err != nil {
		t.Fatal(out)
	}
	before := adapterBytes(t, run)
	for _, c := range []struct {
		says string
		args []string
	}{
		{"would delete the initial adapter", []string{"--out", run, "--init-adapter", run, "--overwrite"}},
		{"would delete the initial adapter", []string{"--out", run, "--init-adapter", filepath.Join(run, "checkpoint-1"), "--overwrite"}},
		{"would also delete mine.txt", []string{"--out", run, "--overwrite"}},
		{"was not made by merging", []string{"--out", filepath.Join(work, "new"), "--merged", model}},
		{"write the merged model", []string{"--out", filepath.Join(work, "new"), "--merged", filepath.Join(data, "merged")}},
	} {
		if c.says == "would also delete mine.txt" {
			if err := os.WriteFile(mine, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := train(c.args...); err == nil || !strings.Contains(out, c.says) {
			t.Errorf("%v: %v, %s", c.args, err, out)
		}
	}
	if !bytes.Equal(adapterBytes(t, run), before) {
		t.Error("the run has changed")
	}
	if _, err := os.Stat(filepath.Join(work, "new")); err == nil {
		t.Error("a run began whose merged model has no place")
	}
}

// TestHangup: the end of a terminal leaves a checkpoint, as Ctrl-C does, unless nohup made the command ignore it.
func TestHangup(t *testing.T) {
	cachetest.Own(t)
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP) // so that the command does not inherit that it is ignored, as when nohup runs the tests
	defer signal.Stop(handled)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	for shell, ends := range map[string]struct {
		steps string // of a run that must not end before the signal comes, or must end in spite of it
		want  int
	}{"exec": {"2000", exit.StatusInterrupted}, "trap '' HUP; exec": {"6", exit.StatusDone}} {
		args := strings.Fields("train --max-steps " + ends.steps + " --batch-size 1 --save-steps 0 --model " + model + " --data " + data + " --out " + filepath.Join(t.TempDir(), "run"))
		inner := dpo(t, args...)
		cmd := exec.Command("sh", append([]string{"-c", shell + ` "$@"`, "sh"}, inner.Args...)...)
		cmd.Env = inner.Env
		hung := &hangUp{process: func() { cmd.Process.Signal(syscall.SIGHUP) }}
		cmd.Stderr = hung
		if got := exitStatus(t, cmd.Run()); got != ends.want {
			t.Errorf("%s: status %d, want %d: %s", shell, got, ends.want, hung.text)
		}
	}
}

// hangUp calls process once the first step is reported.
type hangUp struct {
	text    string
	process func()
}

func (h *hangUp) Write(b []byte) (int, error) {
	before := strings.Contains(h.text, "step 1/")
	h.text += string(b)
	if !before && strings.Contains(h.text, "step 1/") {
		h.process()
	}
	return len(b), nil
}

// TestFileSystemWithoutLocks: a run continues, with a note, where flock is not implemented.
func TestFileSystemWithoutLocks(t *testing.T) {
	p := newPlace(t)
	cmd := p.run("train --model MODEL --data PAIRS --out OUT" + twoSteps)
	cmd.Env = append(cmd.Env, withoutLocks+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the file system has no locks") || strings.Contains(string(out), "in use by another process") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestReportWithoutPlace: figures that can't be saved are printed, and the status says so.
func TestReportWithoutPlace(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	run := filepath.Join(t.TempDir(), "run")
	args := strings.Fields("--model " + model + " --data " + data)
	output(t, append([]string{"train", "--out", run, "--max-steps", "1", "--batch-size", "2"}, args...)...)
	if err := os.Mkdir(filepath.Join(run, "evaluation.json"), 0o700); err != nil { // no file can have this name, whoever runs the test
		t.Fatal(err)
	}
	out, err := dpo(t, append([]string{"eval", "--adapter", run}, args...)...).CombinedOutput()
	if exitStatus(t, err) != exit.StatusFailed || !strings.Contains(string(out), "accuracy") || !strings.Contains(string(out), "the report is not saved") {
		t.Errorf("%v: %s", err, out)
	}
}
