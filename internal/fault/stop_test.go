package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/internal/disk"
)

// TestKilled kills a process at each change that it makes to the disk, before the change and with half of it written, as
// the system does that has no memory left, and goes on.
func TestKilled(t *testing.T) {
	l := newLaboratory(t)
	some(len(l.changes), 12, func(i int) {
		change := l.changes[i]
		l.kill(t, i, false)
		if change.Op == "write" {
			l.kill(t, i, true)
		}
	})
}

func (l *laboratory) kill(t *testing.T, number int, half bool) {
	t.Helper()
	fault, mark := "killed (SIGKILL) before a change to the disk", ""
	if half {
		fault, mark = "killed (SIGKILL) with half of a change made", "1"
	}
	dir := l.run()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childModel+"="+l.folder, childRun+"="+dir, childChange+"="+strconv.Itoa(number), childHalf+"="+mark)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("change %d: %v: %s", number, err, out)
	}
	count(fault, l.resume(t, dir, fmt.Sprintf("%s: %d, %s %s", fault, number, l.changes[number].Op, l.changes[number].Path)))
}

// TestInterrupted sends a signal that asks to end at each change that a run makes to the disk, and goes on.
func TestInterrupted(t *testing.T) {
	l := newLaboratory(t)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		fault := map[syscall.Signal]string{syscall.SIGINT: "interrupted (SIGINT) at a change", syscall.SIGTERM: "asked to end (SIGTERM) at a change"}[s]
		some(len(l.changes), 12, func(i int) {
			dir := l.run()
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			disk.Before = at(i, func(disk.Change) error {
				if err := syscall.Kill(os.Getpid(), s); err != nil {
					return err
				}
				<-ctx.Done()
				return nil
			})
			err := l.train(ctx, dir, &listener{})
			disk.Before = nil
			var stopped *dpocore.Stopped
			if err != nil && !errors.As(err, &stopped) {
				t.Errorf("%s %d: %v", fault, i, err)
			}
			count(fault, l.resume(t, dir, fmt.Sprintf("%s: %d, %s %s", fault, i, l.changes[i].Op, l.changes[i].Path)))
		})
	}
}
