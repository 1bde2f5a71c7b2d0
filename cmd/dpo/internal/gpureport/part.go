package gpureport

import (
	"context"
	"errors"
	"fmt"
)

// part is a part of the report.
type part struct {
	title       string
	seconds     float64 // that it takes compared with the others; measured on a CPU
	needsDevice bool    // it is not run if the self-test can't open the device
	run         func(context.Context, *reporter) finding
}

// parts are in the order in which a fault is best understood.
var parts = []part{
	{"device and libraries", 0.1, false, examineMachine},
	{"self-test", 5, false, examineSelfTest},
	{"50 recorded steps in float32", 1, true, examineRecord},
	{"gradients in float16", 25, true, gradientsIn("float16", 0.999)},
	{"gradients in bfloat16", 20, true, gradientsIn("bfloat16", 0.98)},
	{"training, with an empty and a warm cache", 60, true, examineTraining},
	{"training with command buffers", 30, true, examineCommandBuffers},
	{"training in float16", 60, true, examineFloat16},
	{"stopping and resuming", 35, true, examineResuming},
	{"answers", 15, true, examineAnswers},
}

// state is what came of a part.
type state string

const (
	passed   state = "passed"
	failed   state = "failed"
	measured state = "measured" // there is no right or wrong
	notRun   state = "not run"
)

// finding is what a part found.
type finding struct {
	state    state
	summary  string // sentences
	remedy   string // what to do; "" if nothing is wrong
	table    [][]string
	log      string // the end of what a failed process wrote
	unusable bool   // the device can't be opened
}

// fault is the finding of a part that could not be completed.
func fault(err error, remedy string) finding {
	if errors.Is(err, context.Canceled) {
		return finding{state: notRun, summary: "The report was stopped before it was done."}
	}
	f := finding{state: failed, summary: sentence(err.Error()), remedy: remedy}
	if crashed := (*childError)(nil); errors.As(err, &crashed) {
		f.log = crashed.log
	}
	return f
}

// verdict is passed or failed by a condition, with a summary and what to do if it is not met.
func verdict(ok bool, remedy, format string, args ...any) finding {
	f := finding{state: passed, summary: fmt.Sprintf(format, args...)}
	if !ok {
		f.state, f.remedy = failed, remedy
	}
	return f
}
