package device

import (
	"context"
	"sync"
)

// worker runs what can't be interrupted, computations on the device, so that a cancelled run need not wait for them.
type Worker struct {
	mu      sync.Mutex
	running int
	waiting []func() // to be called when nothing runs any more
}

// await returns what fn returns, or the context's error as soon as that ends; fn then goes on alone. What it uses is
// freed through finish.
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
	for _, free := range w.waiting {
		free()
	}
	w.waiting = nil
}

// finish calls free once nothing computes: at once, or when the last computation that nobody waited for has ended.
func (w *Worker) Finish(free func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running > 0 {
		w.waiting = append(w.waiting, free)
		return
	}
	free()
}

// idle says that nothing computes.
func (w *Worker) Idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running == 0
}
