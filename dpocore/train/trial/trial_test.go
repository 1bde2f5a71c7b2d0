package trial

import (
	"math"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// TestCause: what a trial whose loss does not fall is put down to.
func TestCause(t *testing.T) {
	usual := Trial{
		Pair: batch.Example{Chosen: []int32{1, 2}, Rejected: []int32{3}}, Where: "pairs.jsonl, line 3",
		Reference: [][2]float32{{-4, -5}}, Relative: true, LearningRate: 0.5,
	}
	free := usual
	free.Relative = false
	flat := Result{Losses: []float64{0.6931, 0.69309}, logs: [2]float32{-4, -5}}
	with := func(change func(*Result)) Result {
		r := flat
		change(&r)
		return r
	}
	for want, c := range map[string]struct {
		trial  Trial
		result Result
	}{
		"the learning rate: the gradient is no finite number; lower it (it is 0.5)":                  {usual, with(func(r *Result) { r.Losses = []float64{0.69, math.NaN()} })},
		"the data: the gradient of pairs.jsonl, line 3 is 0":                                         {usual, with(func(r *Result) { r.noGrads = true })},
		"the reference: before the first step the chosen answer of pairs.jsonl, line 3 is 2.00 nats": {usual, with(func(r *Result) { r.logs[0] = -2 })},
		"the learning rate: the loss rises; lower it (it is 0.5)":                                    {usual, with(func(r *Result) { r.Losses = []float64{0.69, 0.695} })},
		"the learning rate: step 1 raises the loss from 0.69 to 3; lower it (it is 0.5)":             {usual, with(func(r *Result) { r.Losses = []float64{0.69, 3, 0} })},
		"the learning rate: step 2 raises the loss from 20.3 to 21.1; lower it":                      {usual, with(func(r *Result) { r.Losses = []float64{25, 20.3, 21.1, 18} })},
		"the learning rate: one step takes the loss from 0.69 to 5e-07; lower it (it is 0.5)":        {usual, with(func(r *Result) { r.Losses = []float64{0.69, 5e-7, 0} })},
		"the chat template: the chosen answer of pairs.jsonl, line 3 has -10.0 nats per token":       {free, with(func(r *Result) { r.logs[0] = -20 })},
		"the learning rate: the loss hardly moves; raise it (it is 0.5)":                             {usual, flat},
	} {
		if got := c.trial.Cause(c.result); !strings.HasPrefix(got, want) || c.result.Passed() {
			t.Errorf("the cause is %q, want %q", got, want)
		}
	}
	for _, losses := range [][]float64{{0.6931, 0.69}, {0.6931, 0.02, 6e-6, 0, 0}, {25, 19, 19.1, 18}} {
		if !(Result{Losses: losses}).Passed() {
			t.Errorf("%v: a loss that falls has not passed", losses)
		}
	}
}
