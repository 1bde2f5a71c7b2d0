package selftest

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
)

// recordJSON was written on a CPU with XLA; go test ./dpocore/selftest -run Record -update writes it again.
//
//go:embed record.json
var recordJSON []byte

// record is a recorded run.
type record struct {
	Model string `json:"model"` // its hash
	Steps []step `json:"steps"`
}

// What a device may differ by from the recorded run after 50 steps. In pure Go, which sums in another order, the differences
// are a tenth of these.
const (
	lossTolerance    = 2e-5
	marginTolerance  = 5e-5
	logProbTolerance = 2e-4 // nats
	normTolerance    = 1e-4 // relative
)

// Differences are the largest differences between a run and the recorded one.
type Differences struct {
	Steps                           int
	Loss, Margin, LogProb, GradNorm float64 // the last one is relative
}

func (d Differences) String() string {
	return fmt.Sprintf("%d steps against the recorded ones, largest differences: loss %.1e of %.0e allowed, margin %.1e of %.0e, log-probabilities %.1e of %.0e, gradient norm %.1e of %.0e (relative)",
		d.Steps, d.Loss, lossTolerance, d.Margin, marginTolerance, d.LogProb, logProbTolerance, d.GradNorm, normTolerance)
}

// within reports whether all differences are allowed.
func (d Differences) within() bool {
	return d.Loss <= lossTolerance && d.Margin <= marginTolerance && d.LogProb <= logProbTolerance && d.GradNorm <= normTolerance
}

// CompareRecord makes the first steps of the recorded run in float32 and compares them. The error says if they differ by more
// than rounding does.
func CompareRecord(backend compute.Backend, steps int) (Differences, error) {
	var recorded record
	if err := json.Unmarshal(recordJSON, &recorded); err != nil {
		return Differences{}, fmt.Errorf("read the recorded run: %w", err)
	}
	got, hash, err := tinyRun(backend, steps)
	if err != nil {
		return Differences{}, err
	}
	if hash != recorded.Model {
		return Differences{}, errors.New("the random model is not the recorded one, because this program was built with a Go whose random numbers differ; build it with the version in go.mod")
	}
	d := Differences{Steps: steps}
	for i, s := range got {
		d = d.with(s, recorded.Steps[i])
	}
	if !d.within() {
		return d, fmt.Errorf("training on this device differs from the recorded run: %s", d)
	}
	return d, nil
}

// with includes a step.
func (d Differences) with(got, want step) Differences {
	d.Loss = largest(d.Loss, math.Abs(got.Loss-want.Loss))
	d.Margin = largest(d.Margin, math.Abs(got.Margin-want.Margin))
	for side := range 2 {
		d.LogProb = largest(d.LogProb, math.Abs(got.LogProbs[side]-want.LogProbs[side]))
	}
	d.GradNorm = largest(d.GradNorm, math.Abs(got.GradNorm/want.GradNorm-1))
	return d
}
