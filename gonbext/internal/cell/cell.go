// Package cell runs a notebook cell: errors, the stop button, the kernel's end, output and environment variables.
//
// Start with [Run], which every exported function of gonbext calls, and [Task], for a cell with a status line and one
// result.
package cell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/cachefolder"
	"example.com/gonb-dpo/internal/signals"
)

const (
	readLimit = 30 * time.Second // for the kernel to read a cell's last output: a loaded machine takes seconds
	syncLimit = 2 * time.Second  // the same after an error, which may be the stop button
	stopLimit = 3 * time.Second  // for a stopped cell to return; the kernel kills it after 5 seconds
)

// Run runs fn. The stop button cancels ctx, and so does the end of the terminal or the server. An error or a panic is shown as one sentence and ends the process.
func Run(fn func(ctx context.Context) error) {
	ctx, stop := signals.Context(underKernel())
	defer stop()
	err := runUntilStopped(ctx, fn)
	if note := cachefolder.Note(); note != "" {
		Show(output.Notef("%s", note))
	}
	if err == nil {
		flush(readLimit) // the kernel drops what it has not read when the process ends
		return
	}
	Show(EndBox(err))
	Exit(err)
}

// runUntilStopped returns fn's error. After ctx is cancelled it returns an error, within stopLimit even if fn ignores ctx.
func runUntilStopped(ctx context.Context, fn func(ctx context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- Recover(ctx, fn) }()
	var late <-chan time.Time
	stopped := ctx.Done()
	for {
		select {
		case err := <-done:
			if err == nil {
				err = ctx.Err()
			}
			return err
		case <-stopped:
			late, stopped = time.After(stopLimit), nil
		case <-late:
			return ctx.Err()
		}
	}
}

// Recover calls fn and turns a panic into an error.
func Recover(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			line, _, _ := strings.Cut(fmt.Sprint(cause), "\n")
			err = fmt.Errorf("this is a bug in the program, not your mistake: %s; run the cell again, and report it if it happens again", line)
		}
	}()
	return fn(ctx)
}

// EndBox is the box that explains why a cell ended.
func EndBox(err error) output.Box {
	var stopped *train.Stopped
	switch {
	case errors.As(err, &stopped) && stopped.Step > 0:
		return output.Notef("Stopped. The checkpoint of step %d is saved in %s; run the cell again to resume from it.", stopped.Step, stopped.Dir)
	case errors.As(err, &stopped):
		return output.Notef("Stopped before the first step finished, so there is no checkpoint yet; run the cell again to start.")
	case errors.Is(err, context.Canceled):
		return output.Notef("Stopped. Run the cell again to complete it.")
	default:
		return output.Box{Kind: output.Error, Message: output.Sentence(err)}
	}
}

// Exit ends the process after an error. Tests replace it.
var Exit = exit

// exit ends the process. In a notebook the status is 0, because the kernel would add a line about any other one below the
// box.
func exit(err error) {
	flush(syncLimit)
	removeTemporaryFiles()
	switch {
	case gonbui.IsNotebook:
		os.Exit(0)
	case EndBox(err).Kind == output.Note:
		os.Exit(130)
	default:
		os.Exit(1)
	}
}

// flush waits until the kernel has read all output, but not longer than the limit.
func flush(limit time.Duration) {
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(limit):
	}
}
