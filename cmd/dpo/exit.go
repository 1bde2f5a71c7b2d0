package main

import (
	"context"
	"errors"
	"strings"

	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/train"
)

// The exit statuses, of which docs/command.md has a table.
const (
	statusDone        = 0
	statusFailed      = 1
	statusWrongUse    = 2
	statusBadData     = 3
	statusInterrupted = 130 // as shells have it for Ctrl-C
)

// exitHelp is the table in `dpo --help`.
const exitHelp = `Exit status:
    0  done
    1  failed: the model, the run folder, the disk, the device
    2  wrong use: an unknown command or flag, or a value that no run can have
    3  bad data: the file of pairs is missing, broken, or teaches nothing
  130  interrupted, by Ctrl-C or from outside`

// fault is an error with the exit status that the command ends with.
type fault struct {
	error
	status int
}

func (f *fault) Unwrap() error { return f.error }

// wrongUse marks an error as one in how the command was called; nil stays nil.
func wrongUse(err error) error { return faultOf(err, statusWrongUse) }

// badData marks an error as one in a file of pairs; nil stays nil.
func badData(err error) error { return faultOf(err, statusBadData) }

// faultOf marks an error that has no mark yet.
func faultOf(err error, status int) error {
	var marked *fault
	if err == nil || errors.As(err, &marked) {
		return err
	}
	return &fault{err, status}
}

// status is the exit status for a command's error. An interrupt counts as one wherever it came between.
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

// sentence is what the user reads of a command's error: one line, and of an interrupt not how it came through, but what
// is left.
func sentence(err error) string {
	var stopped *train.Stopped
	var several interface{ Unwrap() []error }
	switch {
	case errors.As(err, &stopped):
		return stopped.Error()
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &several): // errors.Join gives each a line
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	default:
		return err.Error()
	}
}
