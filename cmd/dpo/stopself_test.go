package main

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/disk"
)

// These environment variables hold a part of a path. A command stops itself (SIGSTOP), or waits for a signal that
// interrupts it, before it first writes to a file with such a path. So a test can act while the command is at work, however
// fast the two are.
const (
	stopSelfAt  = "DPO_TEST_STOP_SELF_AT"
	waitSelfAt  = "DPO_TEST_WAIT_AT"
	cancelDelay = 100 * time.Millisecond
)

// pauseSelf makes the command pause as the variables request.
func pauseSelf() {
	if path := os.Getenv(stopSelfAt); path != "" {
		atFirstWrite(path, func() error { return syscall.Kill(os.Getpid(), syscall.SIGSTOP) })
	}
	if path := os.Getenv(waitSelfAt); path != "" {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		atFirstWrite(path, func() error {
			<-signals
			time.Sleep(cancelDelay) // main's context is canceled by the same signal
			return nil
		})
	}
}

func atFirstWrite(path string, do func() error) {
	var once sync.Once
	disk.Before = func(c disk.Change) (err error) {
		if c.Op == "write" && strings.Contains(c.Path, path) {
			once.Do(func() { err = do() })
		}
		return err
	}
}

// startStopped starts a command and returns once it has stopped itself at the path.
func startStopped(t *testing.T, cmd *exec.Cmd, path string) {
	t.Helper()
	cmd.Env = append(cmd.Env, stopSelfAt+"="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	var err error
	for {
		if _, err = syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != syscall.EINTR {
			break
		}
	}
	if err != nil || !status.Stopped() {
		t.Fatalf("the command did not stop at %s: status %x, error %v", path, status, err)
	}
}

// killStopped kills a command that has stopped itself.
func killStopped(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if cmd.Wait() == nil {
		t.Fatal("the command was not killed")
	}
}
