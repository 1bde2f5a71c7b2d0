package device

import (
	"context"
	"sync"
)

// Worker tracks computations on the device. They can't be interrupted: [Await] lets a cancelled run return without
// waiting for one, and [Worker.WhenIdle] frees memory once none uses it.
type Worker struct {
	mu       sync.Mutex
	running  int
	whenIdle []func() // called when running drops to 0
}

// Await runs fn and returns its result, or the context's error as soon as the context ends; fn then continues in the
// background. Free what fn uses through [Worker.WhenIdle].
func Await[T any](ctx context.Context, w *Worker, fn func() (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	w.begin()
	go func() {
		value, err := fn()
		w.end()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (w *Worker) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running++
}

func (w *Worker) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
	if w.running > 0 {
		return
	}
	for _, free := range w.whenIdle {
		free()
	}
	w.whenIdle = nil
}

// WhenIdle calls free once no computation is running: at once, or when the last abandoned one ends.
func (w *Worker) WhenIdle(free func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running > 0 {
		w.whenIdle = append(w.whenIdle, free)
		return
	}
	free()
}
