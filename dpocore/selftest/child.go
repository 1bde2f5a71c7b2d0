package selftest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/child"
)

// Report is what a process found that opened the device and ran the checks.
type Report struct {
	Backend     string   `json:"backend"`     // as device.Describe names it
	Description string   `json:"description"` // go-xla's, with the version of the plugin
	OpenSeconds float64  `json:"open_seconds"`
	Results     []Result `json:"results"`
	Problem     string   `json:"problem,omitempty"` // why the device can't be opened
}

// Seconds is the time that the checks took.
func (r Report) Seconds() (sum float64) {
	for _, result := range r.Results {
		sum += result.Seconds
	}
	return sum
}

// limit is how long [InChild] waits; a device that answers takes seconds.
const limit = 5 * time.Minute

// Write opens the device, runs the checks and writes a report to out, for [InChild]. It is all that the child process does.
func Write(out io.Writer) error {
	var report Report
	started := time.Now()
	backend, err := device.Open()
	if err != nil {
		report.Problem = err.Error()
		return json.NewEncoder(out).Encode(report)
	}
	defer backend.Finalize()
	report.Backend, report.Description, report.OpenSeconds = device.Describe(backend), backend.Description(), time.Since(started).Seconds()
	report.Results = Run(backend)
	return json.NewEncoder(out).Encode(report)
}

// InChild runs a command that calls [Write], so that a plugin that crashes does not end this process. The error says what is
// wrong with the device, in one line, with XLA's reason if it gives one. command returns a new command each time.
func InChild(ctx context.Context, command func(context.Context) *exec.Cmd) (Report, error) {
	var report Report
	err := child.Run(ctx, limit, command, &report)
	var failed *child.Error
	switch {
	case errors.As(err, &failed) && failed.Late:
		return report, fmt.Errorf("the device did not answer within %s", limit)
	case err != nil && failed == nil:
		return report, err
	case err != nil:
		err = fmt.Errorf("the program crashed as it opened or used the device (%w)", err)
	case report.Problem != "":
		err = errors.New(report.Problem)
	default:
		err = Failed(report.Results)
	}
	if err == nil {
		return report, nil
	}
	if reason := device.Reason(command(ctx)); reason != "" && !strings.Contains(err.Error(), reason) {
		err = fmt.Errorf("%w (%s)", err, reason)
	}
	return report, err
}
