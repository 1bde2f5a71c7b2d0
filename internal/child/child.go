// Package child runs a part of the program in a separate process, so that a crash of native code does not end this one.
package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Error is the error of a process that failed, crashed, wrote something else than its result, or took too long.
type Error struct {
	Err  error
	Late bool   // it was ended after the limit
	Log  string // what it wrote to standard error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error of the process.
func (e *Error) Unwrap() error { return e.Err }

// Run runs a command, which it gets for a context that ends after the limit, and reads the JSON that the process writes to standard
// output into result. The error is a *[Error], or that of ctx if it ended.
func Run(ctx context.Context, limit time.Duration, command func(context.Context) *exec.Cmd, result any) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := command(limited)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	err := cmd.Run()
	if err == nil {
		err = json.Unmarshal(out.Bytes(), result)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return &Error{fmt.Errorf("it took longer than %s and was ended", limit), true, messages.String()}
	default:
		return &Error{err, false, messages.String()}
	}
}
