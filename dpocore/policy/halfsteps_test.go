package policy_test

import (
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// halfStepsEnv asks for the 50 steps of the record in each precision.
const halfStepsEnv = "DPO_TEST_HALF_STEPS"

// TestHalfPrecisionsLearnAlike makes the same 50 steps in each precision, from the same adapter. Losses must stay
// within 0.005 of float32's: AdamW divides a gradient by its size, so that errors of small gradients in the first steps grow.
func TestHalfPrecisionsLearnAlike(t *testing.T) {
	if os.Getenv(halfStepsEnv) == "" {
		t.Skip("50 steps of the real model in three precisions take half an hour; " + halfStepsEnv + "=1 asks for them")
	}
	batches := halfRows(t, 0, paritySteps)
	want := halfLosses(t, dtypes.Float32, batches)
	for _, bar := range halfBars {
		got, most := halfLosses(t, bar.precision, batches), 0.0
		for i, loss := range got {
			most = max(most, math.Abs(loss-want[i]))
		}
		last := len(got) - 1
		t.Logf("%s: the loss of step 50 is %.6f, in float32 %.6f; the maximum difference of a step's loss is %.1e", bar.precision, got[last], want[last], most)
		if !(most < 5e-3) {
			t.Errorf("%s: a step's loss differs by %g", bar.precision, most)
		}
	}
}

// halfLosses are the losses of the record's steps in a precision.
func halfLosses(t *testing.T, precision dtypes.DType, batches [][]*batch.Row) (losses []float64) {
	t.Helper()
	trained := parityPolicyIn(t, precision)
	for i, rows := range batches {
		loss := 0.0
		found := accumulate(t, trained, rows, ones(pairsPerStep), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: parityBeta}})
		for _, each := range found.losses {
			loss += each / pairsPerStep
		}
		losses = append(losses, loss)
		if _, err := trained.Update(parityLearningRate(i), parityMaxNorm, adamw.Default); err != nil {
			t.Fatal(err)
		}
	}
	return losses
}
