// Package selftest checks that a device computes what it should: a device that is set up wrongly, or a driver that does not
// suit it, shows here and not as a strange loss.
//
// [Run] takes seconds and compares single operations with the host's results in float64, and a short training run with a
// recorded one. [CompareRecord] does the latter for 50 steps, and [Gradients] compares gradients in a half precision with those
// in float32.
package selftest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gomlx/compute"
)

// Result is a check's result.
type Result struct {
	Name    string  `json:"name"`    // such as "products in float16"
	Summary string  `json:"summary"` // what was compared, and how far apart the values are
	Seconds float64 `json:"seconds"`
	Fault   string  `json:"fault,omitempty"` // what is wrong; "" if the device computes correctly
}

// quickSteps is the number of steps of the recorded run that the quick test makes.
const quickSteps = 3

// checks are those of [Run], from the simplest to the most complex. A check returns a summary.
var checks = []struct {
	name string
	run  func(compute.Backend) (string, error)
}{
	{"exp", checkExp},
	{"sums and maxima", checkReductions},
	{"products in float32", float32Products.check},
	{"products in float16", float16Products.check},
	{"products in bfloat16", bfloat16Products.check},
	{"chained operations", checkChain},
	{"training steps", checkSteps},
}

// Run runs all quick checks.
func Run(backend compute.Backend) []Result {
	var results []Result
	for _, c := range checks {
		started := time.Now()
		summary, err := c.run(backend)
		result := Result{Name: c.name, Summary: summary, Seconds: time.Since(started).Seconds()}
		if err != nil {
			result.Fault, _, _ = strings.Cut(err.Error(), "\n") // gomlx adds a stack
		}
		results = append(results, result)
	}
	return results
}

// Failed returns an error that names each failed check, or nil.
func Failed(results []Result) error {
	var failed []string
	for _, r := range results {
		if r.Fault != "" {
			failed = append(failed, fmt.Sprintf("%s: %s", r.Name, r.Fault))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return errors.New(strings.Join(failed, "; "))
}

func checkSteps(backend compute.Backend) (string, error) {
	d, err := CompareRecord(backend, quickSteps)
	return d.String(), err
}
