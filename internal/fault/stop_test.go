package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/disk"
)

// TestKilled kills a process at each change that it makes to the disk, before the change and with half of it written, as
// Linux does when memory runs out, and resumes.
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
	fault, mode := "killed (SIGKILL) before a change to the disk", "killed"
	if half {
		fault, mode = "killed (SIGKILL) with half of a change made", "half"
	}
	dir := l.run()
	out, err := startChild(t, mode, number, l.folder, dir, "")
	wantKilled(t, number, out, err)
	count(fault, l.resume(t, dir, fmt.Sprintf("%s: %d, %s %s", fault, number, l.changes[number].Op, l.changes[number].Path)))
}

// signals ask a process to end.
var signals = []struct {
	syscall.Signal
	fault string
}{{syscall.SIGINT, "interrupted (SIGINT) at a change"}, {syscall.SIGTERM, "asked to end (SIGTERM) at a change"}}

// interrupted does some work and sends a signal to this process at one of its changes to the disk.
func interrupted(change int, s syscall.Signal, do func(ctx context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	disk.Before = at(change, func(disk.Change) error {
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	defer func() { disk.Before = nil }()
	return do(ctx)
}

// TestInterrupted sends a signal to stop at each change that a run makes to the disk, and resumes.
func TestInterrupted(t *testing.T) {
	l := newLaboratory(t)
	for _, s := range signals {
		some(len(l.changes), 8, func(i int) {
			dir := l.run()
			err := interrupted(i, s.Signal, func(ctx context.Context) error { return l.train(ctx, dir, &listener{}) })
			var stopped *train.Stopped
			if err != nil && !errors.As(err, &stopped) {
				t.Errorf("%s %d: %v", s.fault, i, err)
			}
			count(s.fault, l.resume(t, dir, fmt.Sprintf("%s: %d, %s %s", s.fault, i, l.changes[i].Op, l.changes[i].Path)))
		})
	}
}
