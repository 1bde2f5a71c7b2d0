package gonbext

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/train"
)

// syncLimit is how long a cell that ends waits for the kernel to take its last output.
const syncLimit = 2 * time.Second

// stopLimit is how long a stopped cell may take to end by itself. The kernel kills it after 5 seconds.
const stopLimit = 3 * time.Second

// cell runs what an exported function does, between the reader and everything that can go wrong: an error or a panic
// becomes one sentence, the stop button ends ctx. After either, the cell ends.
func cell(fn func(ctx context.Context) error) {
	ctx, stop := signal.NotifyContext(underKernel(), os.Interrupt)
	defer stop()
	err := untilStopped(ctx, fn)
	if err == nil {
		return
	}
	show(boxOf(err))
	leave(err)
}

// untilStopped is attempt. Once ctx has ended there is an error, even where fn does not look at ctx: soon after.
func untilStopped(ctx context.Context, fn func(ctx context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- attempt(ctx, fn) }()
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

// attempt is fn, a panic in it made an error.
func attempt(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			line, _, _ := strings.Cut(fmt.Sprint(cause), "\n")
			err = fmt.Errorf("this is a fault of the program, not yours: %s; run the cell again, and if it comes back, please report it", line)
		}
	}()
	return fn(ctx)
}

// boxOf is the box for what ended a cell.
func boxOf(err error) box {
	var stopped *train.Stopped
	switch {
	case errors.As(err, &stopped) && stopped.Step > 0:
		return box{kind: noteBox, text: fmt.Sprintf("Stopped. The checkpoint of step %d is safe in %s; run the cell again to go on from there.", stopped.Step, stopped.Dir)}
	case errors.As(err, &stopped):
		return box{kind: noteBox, text: "Stopped before the first step was made, so there is no checkpoint yet; run the cell again to begin."}
	case errors.Is(err, context.Canceled):
		return box{kind: noteBox, text: "Stopped. Run the cell again to have it done."}
	default:
		return box{kind: errorBox, text: sentence(err)}
	}
}

// leave ends the cell. In a notebook the box has said everything, and an exit status would add a line of noise to it.
func leave(err error) {
	flush()
	tidy()
	switch {
	case gonbui.IsNotebook:
		os.Exit(0)
	case boxOf(err).kind == noteBox:
		os.Exit(130)
	default:
		os.Exit(1)
	}
}

// flush waits until the kernel has taken all output, but not for ever.
func flush() {
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(syncLimit):
	}
}
