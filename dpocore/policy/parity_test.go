package policy_test

import (
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// The setting of shared/parity/README.md.
const (
	parityBeta     = 0.1
	parityRate     = 5e-5
	paritySteps    = 50
	parityWarmup   = 5
	pairsPerStep   = 2
	parityMaxNorm  = 1
	tightTolerance = 1e-4 // of loss and rewards
	looseTolerance = 2e-3 // of log-probabilities, logits and gradient norm
)

// parityFigures are a step's figures under TRL's names: means over its pairs, except where said.
type parityFigures struct {
	loss              float64
	rewards, logProbs [2]float64 // chosen, rejected
	logitSums         [2]float64 // the sum over all answer tokens of the mean vocabulary logit
	answerTokens      [2]int
	tokens            int // of both sequences of every pair, so that a prompt counts twice
}

// TestParityWithTRL makes the 50 steps of shared/parity: the same pairs, adapter, schedule and optimizer as TRL 1.16.
func TestParityWithTRL(t *testing.T) {
	if testing.Short() {
		t.Skip("50 steps on the real model take minutes")
	}
	pairs, recorded := readParity(t)
	trained := parityPolicy(t)
	steps := examplesOf(pairs)
	shapes := batch.Plan(steps)
	t.Logf("rows of %+v", shapes)
	tokens := 0
	for i, examples := range steps {
		rows, err := batch.Pack(examples, shapes...)
		if err != nil {
			t.Fatal(err)
		}
		var figures parityFigures
		for _, row := range rows {
			figures.learn(t, trained, row, i, pairs[i*pairsPerStep:(i+1)*pairsPerStep])
		}
		rate := parityLearningRate(i)
		norm, err := trained.Update(rate, parityMaxNorm, adamw.Default)
		if err != nil {
			t.Fatal(err)
		}
		tokens += figures.tokens
		figures.compare(t, i+1, recorded[i], map[string]float64{
			"learning_rate": rate, "grad_norm": norm, "num_tokens": float64(tokens)})
	}
}

// parityLearningRate is the rate of step i, counted from 0: linear warm-up from 0, then linear decay to 0.
func parityLearningRate(i int) float64 {
	if i < parityWarmup {
		return parityRate * float64(i) / parityWarmup
	}
	return parityRate * float64(paritySteps-i) / (paritySteps - parityWarmup)
}

// learn accumulates a row's gradient, checks the reference's log-probabilities of its pairs, and adds to the figures.
func (f *parityFigures) learn(t *testing.T, trained *policy.Policy, row *batch.Row, i int, pairs []parityPair) {
	t.Helper()
	reference, err := trained.Reference(row)
	if err != nil {
		t.Fatal(err)
	}
	weights := make([]float32, len(row.Examples))
	for place := range weights {
		weights[place] = 1.0 / pairsPerStep
	}
	got, err := trained.Accumulate(row, reference.LogProbs, weights, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: parityBeta}})
	if err != nil {
		t.Fatal(err)
	}
	for place, index := range row.Examples {
		pair, logProbs := pairs[index], reference.LogProbs[place]
		near(t, i+1, "reference log-probability of chosen", float64(logProbs[0]), pair.RefChosen, looseTolerance)
		near(t, i+1, "reference log-probability of rejected", float64(logProbs[1]), pair.RefReject, looseTolerance)
		f.loss += float64(got.Losses[place]) / pairsPerStep
		for side, answer := range [2][]int32{pair.Chosen, pair.Rejected} {
			f.logProbs[side] += float64(got.LogProbs[place][side]) / pairsPerStep
			f.rewards[side] += parityBeta * float64(got.LogProbs[place][side]-logProbs[side]) / pairsPerStep
			f.logitSums[side] += float64(got.MeanLogits[place][side])
			f.answerTokens[side] += len(answer)
			f.tokens += len(pair.Prompt) + len(answer)
		}
	}
}

// compare checks the figures, and the others passed with them, against those that TRL recorded for the step.
func (f *parityFigures) compare(t *testing.T, step int, recorded, others map[string]float64) {
	t.Helper()
	t.Logf("step %d: loss %.6f (%.1e) margin %.5f norm %.5f (%.1e)", step, f.loss, f.loss-recorded["loss"],
		f.rewards[0]-f.rewards[1], others["grad_norm"], others["grad_norm"]-recorded["grad_norm"])
	for _, check := range []struct {
		name           string
		got, tolerance float64
	}{
		{"learning_rate", others["learning_rate"], 1e-12},
		{"num_tokens", others["num_tokens"], 0},
		{"loss", f.loss, tightTolerance},
		{"rewards/chosen", f.rewards[0], tightTolerance},
		{"rewards/rejected", f.rewards[1], tightTolerance},
		{"logps/chosen", f.logProbs[0], looseTolerance},
		{"logps/rejected", f.logProbs[1], looseTolerance},
		{"logits/chosen", f.logitSums[0] / float64(f.answerTokens[0]), looseTolerance},
		{"logits/rejected", f.logitSums[1] / float64(f.answerTokens[1]), looseTolerance},
		{"grad_norm", others["grad_norm"], looseTolerance},
	} {
		want, ok := recorded[check.name]
		if !ok {
			t.Fatalf("step %d: the record has no %s", step, check.name)
		}
		near(t, step, check.name, check.got, want, check.tolerance)
	}
}
