package policy_test

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
)

// A precision is offered where every tensor's gradient points where float32's does, and where a policy that equals its
// reference has rewards of nearly 0.
const (
	minCosine = 0.999
	maxNoise  = 1e-3
)

// halfBatchesEnv sets on how many batches of the record the comparison is made; all take some minutes.
const halfBatchesEnv = "DPO_TEST_HALF_BATCHES"

func TestFloat16AgreesWithFloat32(t *testing.T) {
	if testing.Short() {
		t.Skip("two real models take most of a minute")
	}
	worst, noise := compareHalf(t, dtypes.Float16)
	t.Logf("float16: minimum cosine %.5f, maximum reward at the first step %.1e", worst, noise)
	if !(worst > minCosine) || !(noise < maxNoise) {
		t.Errorf("float16 is offered, but its gradients have a cosine of %.5f and its rewards a noise of %.1e", worst, noise)
	}
}

// compareHalf returns the minimum cosine between a half precision's gradient and float32's over tensors and batches, with
// a new and a trained adapter, and the maximum reward of a new one.
func compareHalf(t *testing.T, precision dtypes.DType) (worst, noise float64) {
	t.Helper()
	full, half := parityPolicy(t), parityPolicyIn(t, precision)
	pairs, _ := readParity(t)
	steps := examplesOf(pairs)
	shapes := batch.Plan(steps)
	fresh, _, _, err := full.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	changed := make([]float32, len(fresh))
	for i, value := range fresh {
		changed[i] = value + float32(2e-3*random.NormFloat64())
	}
	worst = 1
	for i := range halfBatches(t) {
		rows := pack(t, shapes[0], steps[i])
		for k, adapter := range [][]float32{fresh, changed} {
			want, _ := halfStep(t, full, adapter, rows)
			got, reward := halfStep(t, half, adapter, rows)
			if k == 0 {
				noise = max(noise, reward)
			}
			worst = min(worst, minCosineOf(full, want, got))
		}
	}
	return worst, noise
}

func halfBatches(t *testing.T) int {
	t.Helper()
	count := 2
	if text := os.Getenv(halfBatchesEnv); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", halfBatchesEnv, err)
		}
	}
	return count
}

// halfStep returns the gradient of a step and its maximum reward, for a beta of 0.1.
func halfStep(t *testing.T, p *policy.Policy, adapter []float32, rows []*batch.Row) (gradient []float32, reward float64) {
	t.Helper()
	if err := p.Restore(adapter, nil, nil, 0); err != nil {
		t.Fatal(err)
	}
	found := accumulate(t, p, rows, ones(pairsPerStep), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: parityBeta}})
	for i := range found.logProbs {
		for side := range 2 {
			reward = max(reward, parityBeta*math.Abs(found.logProbs[i][side]-found.reference[i][side]))
		}
	}
	update(t, p, 0, math.Inf(1))
	return snapshot(t, p)[1], reward // AdamW's first mean is the gradient but for a factor
}

func minCosineOf(p *policy.Policy, want, got []float32) float64 {
	least := 1.0
	for _, factor := range p.Layout.Factors {
		var both, first, second float64
		for i := factor.Offset; i < factor.Offset+factor.Size(); i++ {
			a, b := float64(want[i]), float64(got[i])
			both, first, second = both+a*b, first+a*a, second+b*b
		}
		if first > 0 || second > 0 { // A has no gradient while B is zero
			least = min(least, both/math.Sqrt(first*second))
		}
	}
	return least
}

// In half precision the tiny model's losses and gradients stay near float32's, and the loss's factor cancels.
func TestNarrowedTinyModel(t *testing.T) {
	p := tiny(t, trainedAdapter(t))
	rows := pack(t, small, examples(4, 21))
	want := accumulate(t, p, rows, ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	length := norm(gradient(t, p))
	half := narrowedTiny(t)
	if err := half.Restore(trainedAdapter(t), nil, nil, 0); err != nil {
		t.Fatal(err)
	}
	got := accumulate(t, half, rows, ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	for i := range want.losses {
		within(t, named("loss", i), got.losses[i], want.losses[i], 0.02)
	}
	if ratio := norm(gradient(t, half)) / length; math.Abs(ratio-1) > 0.02 {
		t.Errorf("the gradient's norm is %.4f times float32's", ratio)
	}
}
