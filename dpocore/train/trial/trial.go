// Package trial learns one pair for a few steps before a long run, to see whether anything is learned at all. See [Trial.Run].
package trial

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/internal/finite"
)

// steps is how many a trial has.
const steps = 10

// Trial is what a trial learns, and how.
type Trial struct {
	Row       *batch.Row
	Pair      batch.Example // of the row; with several the first
	Where     string        // the pair is, such as "pairs.jsonl, line 3"
	Reference [][2]float32  // log-probabilities of the row's pairs
	Relative  bool          // the loss compares with the reference

	Loss         policy.Loss
	LearningRate float64
	MaxGradNorm  float64
	AdamW        adamw.Settings
}

// Result is what a trial found.
type Result struct {
	Losses  []float64 // of each step before its update; the last is not finite if training broke off
	logs    [2]float32
	noGrads bool
}

// Run makes the steps of a trial. The policy is then as it was before, to the bit.
func (t Trial) Run(p *policy.Policy) (r Result, err error) {
	adapter, mean, variance, err := p.Snapshot()
	if err != nil {
		return r, err
	}
	updates := p.Updates()
	if r, err = t.learn(p); err != nil {
		return r, err
	}
	return r, p.Restore(adapter, mean, variance, updates)
}

func (t Trial) learn(p *policy.Policy) (r Result, err error) {
	weights := slices.Repeat([]float32{1 / float32(len(t.Row.Examples))}, len(t.Row.Examples))
	p.Drop(0, 0)
	for step := range steps {
		measured, err := p.Accumulate(t.Row, t.Reference, weights, t.Loss)
		if err != nil {
			return r, err
		}
		sum := 0.0
		for _, one := range measured.Losses {
			sum += float64(one) / float64(len(measured.Losses))
		}
		if step == 0 {
			r.logs = measured.LogProbs[0]
		}
		r.Losses = append(r.Losses, sum)
		norm, err := p.Update(t.LearningRate, t.MaxGradNorm, t.AdamW)
		switch {
		case !finite.Is(norm):
			r.Losses = append(r.Losses, norm)
			return r, nil
		case err != nil:
			return r, err
		}
		r.noGrads = r.noGrads || norm == 0
	}
	return r, nil
}

// Thresholds of what a trial says.
const (
	fall     = 1e-4 // of the loss, relative above 1: less is rounding
	rise     = 1e-2 // of the loss in a step, relative above 1: more is not rounding
	collapse = 1e-3 // share of the loss that is left after one step: a rate that does this changes the model far more than a pair asks for
	mismatch = 0.5  // nats between policy and reference before anything is learned
	unlikely = -7.0 // nats per token, as of words drawn at random
)

// Passed reports whether the loss fell, and as a learning rate that is not far too high lets it.
func (r Result) Passed() bool {
	first, last := r.Losses[0], r.Losses[len(r.Losses)-1]
	return finite.Is(last) && last < first-fall*max(1, first) && r.tooFast() == ""
}

// tooFast says how the losses show a learning rate that is far too high; "" if they don't. With such a rate the loss can fall all the
// same, since one pair is easily told apart by a model that is damaged.
func (r Result) tooFast() string {
	first, second := r.Losses[0], r.Losses[1]
	for i, loss := range r.Losses[1:] {
		if before := r.Losses[i]; loss > before+rise*max(1, first) {
			return fmt.Sprintf("step %d raises the loss from %.4g to %.4g", i+1, before, loss)
		}
	}
	if second < collapse*first {
		return fmt.Sprintf("one step takes the loss from %.4g to %.2g", first, second)
	}
	return ""
}

// Cause is why the loss did not fall, with what to do.
func (t Trial) Cause(r Result) string {
	first, last := r.Losses[0], r.Losses[len(r.Losses)-1]
	perToken := float64(r.logs[0]) / float64(max(1, len(t.Pair.Chosen)))
	off := r.logs[0] - t.Reference[0][0]
	switch {
	case !finite.Is(last):
		return fmt.Sprintf("the learning rate: the gradient is no finite number; lower it (it is %g), or train in float32", t.LearningRate)
	case r.noGrads:
		return fmt.Sprintf("the data: the gradient of %s is 0, as of answers without a difference; look at them with dpo data preview", t.Where)
	case t.Relative && (off > mismatch || off < -mismatch):
		return fmt.Sprintf("the reference: before the first step the chosen answer of %s is %.2f nats likelier than under the reference; is it the model that the run starts from?", t.Where, off)
	case r.tooFast() != "":
		return fmt.Sprintf("the learning rate: %s; lower it (it is %g)", r.tooFast(), t.LearningRate)
	case last > first+fall*max(1, first):
		return fmt.Sprintf("the learning rate: the loss rises; lower it (it is %g)", t.LearningRate)
	case perToken < unlikely:
		return fmt.Sprintf("the chat template: the chosen answer of %s has %.1f nats per token, as words drawn at random; is the template the one that the model was trained with?", t.Where, perToken)
	}
	return fmt.Sprintf("the learning rate: the loss hardly moves; raise it (it is %g)", t.LearningRate)
}

// Summary says how a trial went that passed.
func (r Result) Summary() string {
	return fmt.Sprintf("The check has passed: on one pair the loss falls from %.4f to %.4f in %d steps. The run begins with the weights as they were before.", r.Losses[0], r.Losses[len(r.Losses)-1], len(r.Losses))
}
