package protocol

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// FirstDelay is the delay before the first retry, which tests shorten. It doubles with each retry, up to 30 seconds.
var FirstDelay = time.Second

const maxDelay = 30 * time.Second

// NewDelays are the delays between the attempts of a request.
func NewDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{InitialInterval: FirstDelay, Multiplier: 2, MaxInterval: maxDelay}
}

// MaxFailures is the number of attempts in a row without progress after which a request is given up.
const MaxFailures = 5

// What an error means for those who asked.
var (
	ErrUnreachable = errors.New("the hub can't be reached")
	ErrTransient   = errors.New("try again later") // the same request may succeed
	ErrNoRepo      = errors.New("no such repository")
	ErrToken       = errors.New("the token is not accepted")
)

// Retryable reports whether the same request may succeed after an error.
func Retryable(err error) bool { return errors.Is(err, ErrTransient) || errors.Is(err, ErrUnreachable) }

// marked is an error that is also another one, of which its text says nothing.
type marked struct {
	error
	is error
}

func (m marked) Is(target error) bool { return m.is == target }

// Mark returns an error with a text that is also one of the errors above, or another of the caller's.
func Mark(is error, format string, args ...any) error { return marked{fmt.Errorf(format, args...), is} }

// Again calls a request until it succeeds, as long as its errors are [Retryable], MaxFailures times.
func Again[T any](ctx context.Context, request func() (T, error)) (T, error) {
	result, err := backoff.Retry(ctx, func() (T, error) {
		result, err := request()
		if err != nil && !Retryable(err) {
			err = backoff.Permanent(err)
		}
		return result, err
	}, backoff.WithBackOff(NewDelays()), backoff.WithMaxTries(MaxFailures), backoff.WithMaxElapsedTime(0))
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return result, err
}

// StallTimeout is how long a transfer may make no progress.
var StallTimeout = time.Minute

// ErrStalled is the cause of a transfer canceled after StallTimeout without progress.
var ErrStalled = errors.New("received no byte")

// Watch returns a context that is canceled when alive has not been called for StallTimeout.
func Watch(parent context.Context) (ctx context.Context, alive, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	timer := time.AfterFunc(StallTimeout, func() { cancel(ErrStalled) })
	return ctx, func() { timer.Reset(StallTimeout) }, func() { timer.Stop(); cancel(nil) }
}
