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

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// mergeTest has a finished run, its model, and an output folder with an earlier merge.
type mergeTest struct{ model, run, parent, out string }

func newMergeTest(t *testing.T) mergeTest {
	t.Helper()
	cachetest.Own(t)
	m := mergeTest{model: tinymodel.WriteChat(t, 1), run: filepath.Join(t.TempDir(), "run"), parent: t.TempDir()}
	m.out = filepath.Join(m.parent, "merged")
	output(t, "train", "--model", m.model, "--data", pairsFile(t), "--out", m.run, "--max-steps", "1", "--batch-size", "2", "--merged", m.out)
	return m
}

// command returns a merge with another type than the earlier one.
func (m mergeTest) command(t *testing.T) *exec.Cmd {
	t.Helper()
	return dpo(t, "merge", "--model", m.model, "--adapter", m.run, "--out", m.out, "--dtype", "bfloat16")
}

// atWork is a part of the path of every file that a merge writes before it is complete.
const atWork = "/.merged."

// startStopped starts a merge, which stops itself in its hidden folder.
func (m mergeTest) startStopped(t *testing.T) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	cmd, said = m.command(t), &bytes.Buffer{}
	cmd.Stderr = said
	startStopped(t, cmd, atWork)
	return cmd, said
}

// interrupt sends a signal to a merge that is writing into its hidden folder, and waits for its end.
func (m mergeTest) interrupt(t *testing.T, signal syscall.Signal) (status int, said string) {
	t.Helper()
	cmd, printed := m.command(t), &bytes.Buffer{}
	cmd.Stderr = printed
	cmd.Env = append(cmd.Env, waitSelfAt+"="+atWork)
	before := len(m.names(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Minute); len(m.names(t)) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the merge does not start: %s", printed)
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return exitStatus(t, cmd.Wait()), printed.String()
}

// names lists the output folder and everything next to it.
func (m mergeTest) names(t *testing.T) (names []string) {
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

// TestInterruptedMerge: an interrupted merge exits with one sentence and status 130 and does not touch the earlier merge; a
// killed one leaves a folder that the next merge removes.
func TestInterruptedMerge(t *testing.T) {
	m := newMergeTest(t)
	earlier := m.content(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		got, said := m.interrupt(t, signal)
		if want := "dpo: stopped before the merge was done; " + m.out + " is unchanged, and the same command merges again\n"; got != exit.StatusInterrupted || said != want {
			t.Errorf("%v: the merge ends with %d and says %q, want %q", signal, got, said, want)
		}
		if names := m.names(t); len(names) != 1 || m.content(t) != earlier {
			t.Errorf("%v: %v are left, or the earlier merge has changed", signal, names)
		}
	}
	cmd, _ := m.startStopped(t)
	killStopped(t, cmd)
	if len(m.names(t)) != 2 || m.content(t) != earlier {
		t.Errorf("after a kill the folder holds %v", m.names(t))
	}
	if out, err := m.command(t).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if names := m.names(t); len(names) != 1 || m.content(t) == earlier {
		t.Errorf("after the next merge the folder holds %v", names)
	}
}

// TestTwoMergesAtOnce: a merge does not touch the hidden folder of a concurrent one, and both succeed.
func TestTwoMergesAtOnce(t *testing.T) {
	m := newMergeTest(t)
	slow, said := m.startStopped(t)
	if out, err := m.command(t).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	merged := m.content(t)
	if names := m.names(t); len(names) != 2 || !strings.HasPrefix(names[0], ".merged.") {
		t.Errorf("next to the output are %v, want the folder of the running merge", names)
	}
	if err := slow.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := slow.Wait(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	if names := m.names(t); len(names) != 1 || m.content(t) != merged {
		t.Errorf("in the end the folder holds %v", names)
	}
}
