package main

import (
	"context"
	"errors"
	"strings"

	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/train"
)

// Exit statuses, documented in docs/command.md.
const (
	statusDone        = 0
	statusFailed      = 1
	statusWrongUse    = 2
	statusBadData     = 3
	statusInterrupted = 130 // as in shells after Ctrl-C
)

// exitHelp is the table in `dpo --help`.
const exitHelp = `Exit status:
    0  done
    1  failed: the model, the run folder, the disk, the device
    2  wrong usage: an unknown command or flag, or an invalid value
    3  bad data: the file of pairs is missing, damaged, or has no usable pairs
  130  interrupted by Ctrl-C or a signal`

// fault is an error with the command's exit status.
type fault struct {
	error
	status int
}

func (f *fault) Unwrap() error { return f.error }

// wrongUse marks an error as one in the command's arguments. It returns nil for nil.
func wrongUse(err error) error { return faultOf(err, statusWrongUse) }

// badData marks an error as one in a file of pairs. It returns nil for nil.
func badData(err error) error { return faultOf(err, statusBadData) }

// faultOf adds an exit status to an error that has none.
func faultOf(err error, status int) error {
	var marked *fault
	if err == nil || errors.As(err, &marked) {
		return err
	}
	return &fault{err, status}
}

// status returns the exit status for a command's error. An interrupt takes precedence over other causes.
func status(err error) int {
	var stopped *train.Stopped
	var marked *fault
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &stopped), errors.Is(err, context.Canceled):
		return statusInterrupted
	case errors.As(err, &marked):
		return marked.status
	case errors.Is(err, encode.ErrNoPairs):
		return statusBadData
	default:
		return statusFailed
	}
}

// sentence returns the error message for the user as one line. After an interrupt it describes the state of the run, not the
// interrupted operation.
func sentence(err error) string {
	var stopped *train.Stopped
	var several interface{ Unwrap() []error }
	switch {
	case errors.As(err, &stopped):
		return stopped.Error()
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &several): // errors.Join separates errors by newlines
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	default:
		return err.Error()
	}
}
