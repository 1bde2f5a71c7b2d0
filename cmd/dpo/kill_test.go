package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/lock"
	"example.com/gonb-dpo/internal/tinymodel"
)

// asCommand is the environment variable that makes the test binary run as the command, so that a test can kill it.
const asCommand = "DPO_TEST_AS_COMMAND"

// withoutLocks makes the command find that the file system has no locks.
const withoutLocks = "DPO_TEST_WITHOUT_LOCKS"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) == "1" {
		pauseSelf()
		if os.Getenv(withoutLocks) == "1" {
			lock.Before = func() error { return syscall.ENOLCK }
		}
		main()
		return
	}
	os.Exit(m.Run())
}

func dpo(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// TestKilledRunResumesToTheSameBytes kills a run while it writes the checkpoint of a step, for each of its steps.
func TestKilledRunResumesToTheSameBytes(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	args := func(out string) []string {
		return strings.Fields(fmt.Sprintf("train --model %s --data %s --out %s --max-steps 4 --batch-size 2 --learning-rate 1e-3"+
			" --lora-r 4 --save-steps 1 --warmup-steps 1", model, data, out))
	}
	whole := filepath.Join(t.TempDir(), "whole")
	if out, err := dpo(t, args(whole)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := adapterBytes(t, whole)
	for step := 1; step <= 4; step++ {
		dir := filepath.Join(t.TempDir(), "run")
		run := dpo(t, args(dir)...)
		startStopped(t, run, fmt.Sprintf("/.checkpoint-%d/", step))
		killStopped(t, run)
		if out, err := dpo(t, args(dir)...).CombinedOutput(); err == nil || !strings.Contains(string(out), "--resume") {
			t.Errorf("without --resume: %v, %s", err, out)
		}
		if out, err := dpo(t, append(args(dir), "--resume")...).CombinedOutput(); err != nil {
			t.Fatalf("killed in the checkpoint of step %d, then: %v: %s", step, err, out)
		}
		if !bytes.Equal(adapterBytes(t, dir), want) {
			t.Errorf("killed in the checkpoint of step %d and resumed: the adapter differs from the uninterrupted run's", step)
		}
	}
}

func adapterBytes(t *testing.T, dir string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
