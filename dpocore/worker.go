package dpocore

import "context"

// worker runs what can't be interrupted, a computation on the device, so that a cancelled run need not wait for it.
type worker struct {
	busy chan struct{} // closed when the last computation has ended; nil before the first
}

// await returns what fn returns, or the context's error as soon as that ends; fn then goes on alone, and finish waits
// for it. Nothing else may be awaited after that.
func await[T any](ctx context.Context, w *worker, fn func() (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	type result struct {
		value T
		err   error
	}
	busy, done := make(chan struct{}), make(chan result, 1)
	w.busy = busy
	go func() {
		defer close(busy)
		value, err := fn()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		<-busy
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// finish runs free once no computation uses what it frees: at once, or in the background.
func (w *worker) finish(free func()) {
	if w.busy == nil {
		free()
		return
	}
	select {
	case <-w.busy:
		free()
	default:
		go func() {
			<-w.busy
			free()
		}()
	}
}
