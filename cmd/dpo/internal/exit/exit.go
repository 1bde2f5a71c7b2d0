// Package exit maps errors to exit statuses and to the message for the user.
package exit

import (
	"context"
	"errors"
	"syscall"

	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/explain"
)

// The exit statuses, documented in docs/command.md.
const (
	StatusDone        = 0
	StatusFailed      = 1
	StatusWrongUse    = 2
	StatusBadData     = 3
	StatusInterrupted = 130 // as in shells after Ctrl-C
	StatusClosedPipe  = 141 // as in shells after SIGPIPE
)

// Help is the table of exit statuses in `dpo --help`.
const Help = `Exit status:
    0  done
    1  failed: the model, the run folder, the disk, the device
    2  wrong usage: an unknown command or flag, or an invalid value
    3  bad data: the file of pairs is missing, damaged, or has no usable pairs
  130  interrupted by Ctrl-C or a signal
  141  the program that reads the output has closed it`

// fault is an error with the command's exit status.
type fault struct {
	error
	status int
}

func (f *fault) Unwrap() error { return f.error }

// WrongUse marks an error as one in the command's arguments. It returns nil for nil.
func WrongUse(err error) error { return mark(err, StatusWrongUse) }

// BadData marks an error as one in a file of pairs. It returns nil for nil.
func BadData(err error) error { return mark(err, StatusBadData) }

// Interrupted marks an error as the end of an interrupted command. It returns nil for nil.
func Interrupted(err error) error { return mark(err, StatusInterrupted) }

// BadOutput marks an error as one of the standard output. It takes precedence over what the command says, which stopped because
// of it.
func BadOutput(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return &fault{err, StatusClosedPipe}
	}
	return &fault{err, StatusFailed}
}

// mark adds an exit status to an error that has none.
func mark(err error, status int) error {
	var marked *fault
	if err == nil || errors.As(err, &marked) {
		return err
	}
	return &fault{err, status}
}

// Status returns the exit status for a command's error. An interrupt takes precedence over other causes.
func Status(err error) int {
	var stopped *train.Stopped
	var marked *fault
	switch {
	case err == nil:
		return StatusDone
	case errors.As(err, &stopped), errors.Is(err, context.Canceled):
		return StatusInterrupted
	case errors.As(err, &marked):
		return marked.status
	case errors.Is(err, encode.ErrNoPairs):
		return StatusBadData
	default:
		return StatusFailed
	}
}

// Message returns the error message for the user as one line, "" for none: the reader of a closed pipe, as head is, wants no more.
// After an interrupt it describes the state of the run, not the
// interrupted operation.
func Message(err error) string {
	var stopped *train.Stopped
	switch {
	case err == nil || Status(err) == StatusClosedPipe:
		return ""
	case errors.As(err, &stopped):
		return stopped.Error()
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return explain.Error(err)
}
