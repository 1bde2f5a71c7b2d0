package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/tinymodel"
)

// mergeTest is a finished run, its model, and a place to merge into that holds an earlier merge.
type mergeTest struct{ model, run, parent, out string }

func newMergeTest(t *testing.T) mergeTest {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	m := mergeTest{model: tinymodel.WriteChat(t, 1), run: filepath.Join(t.TempDir(), "run"), parent: t.TempDir()}
	m.out = filepath.Join(m.parent, "merged")
	output(t, "train", "--model", m.model, "--data", pairsFile(t), "--out", m.run, "--max-steps", "1", "--batch-size", "2", "--merged", m.out)
	return m
}

// command merges in another type than the earlier merge has.
func (m mergeTest) command(t *testing.T) *exec.Cmd {
	t.Helper()
	return dpo(t, "merge", "--model", m.model, "--adapter", m.run, "--out", m.out, "--dtype", "bfloat16")
}

// begin starts a merge and returns once its hidden folder is there.
func (m mergeTest) begin(t *testing.T) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	cmd, said = m.command(t), &bytes.Buffer{}
	cmd.Stderr = said
	before := len(m.lie(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); len(m.lie(t)) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the merge does not begin: %s", said)
		}
	}
	return cmd, said
}

// lie are the names beside and of the place.
func (m mergeTest) lie(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(m.parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func (m mergeTest) content(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(m.out, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestInterruptedMerge: a merge that is asked to end does so with one sentence and 130, and leaves the earlier one alone;
// one that is killed leaves a folder that the next one removes.
func TestInterruptedMerge(t *testing.T) {
	m := newMergeTest(t)
	earlier := m.content(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd, said := m.begin(t)
		begun := time.Now()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		got := exitStatus(t, cmd.Wait())
		if want := "dpo: stopped before the merge was done; " + m.out + " is as it was, and the same command merges\n"; got != statusInterrupted || said.String() != want {
			t.Errorf("%v: the merge ends with %d and says %q, want %q", signal, got, said, want)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%v: the merge ended %v later", signal, took)
		}
		if names := m.lie(t); len(names) != 1 || m.content(t) != earlier {
			t.Errorf("%v: %v are left, and the earlier merge is another", signal, names)
		}
	}
	cmd, _ := m.begin(t)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if cmd.Wait() == nil || len(m.lie(t)) != 2 || m.content(t) != earlier {
		t.Errorf("after a kill lie %v", m.lie(t))
	}
	if out, err := m.command(t).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if names := m.lie(t); len(names) != 1 || m.content(t) == earlier {
		t.Errorf("after the next merge lie %v", names)
	}
}

// TestTwoMergesAtOnce: one does not touch the folder of another that is at work, and both end well.
func TestTwoMergesAtOnce(t *testing.T) {
	m := newMergeTest(t)
	slow, said := m.begin(t)
	if err := slow.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if out, err := m.command(t).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	merged := m.content(t)
	if names := m.lie(t); len(names) != 2 || !strings.HasPrefix(names[0], ".merged.") {
		t.Errorf("beside the place lie %v, want the folder of the merge at work", names)
	}
	if err := slow.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := slow.Wait(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	if names := m.lie(t); len(names) != 1 || m.content(t) != merged {
		t.Errorf("in the end lie %v", names)
	}
}
