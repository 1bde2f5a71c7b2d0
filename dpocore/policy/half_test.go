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

// halfBars is what a precision must reach to be offered: the gradient of every tensor points where float32's does, and a
// policy that equals its reference has rewards of nearly 0.
var halfBars = []struct {
	precision dtypes.DType
	cosine    float64 // at least
	reward    float64 // at most
}{
	{dtypes.Float16, 0.999, 1e-4},
	{dtypes.BFloat16, 0.998, 1e-4},
}

// halfBatchesEnv sets on how many batches of the record the comparison is made; all 50 take an hour of processor time.
const halfBatchesEnv = "DPO_TEST_HALF_BATCHES"

func TestHalfPrecisionsAgreeWithFloat32(t *testing.T) {
	if testing.Short() {
		t.Skip("three real models take more than a minute")
	}
	full := parityPolicy(t)
	fresh := snapshot(t, full)[0]
	random := rand.New(rand.NewPCG(7, 7))
	changed := make([]float32, len(fresh))
	for i, value := range fresh {
		changed[i] = value + float32(2e-3*random.NormFloat64())
	}
	adapters, batches := [][]float32{fresh, changed}, halfRows(t)
	var want [][]float32 // the gradients in float32
	for _, rows := range batches {
		for _, adapter := range adapters {
			gradient, _ := halfStep(t, full, adapter, rows)
			want = append(want, gradient)
		}
	}
	for _, bar := range halfBars {
		half := parityPolicyIn(t, bar.precision)
		worst, noise, where := 1.0, 0.0, ""
		for i, rows := range batches {
			for k, adapter := range adapters {
				got, reward := halfStep(t, half, adapter, rows)
				if k == 0 {
					noise = max(noise, reward)
				}
				least, tensor := minCosineOf(full, want[i*len(adapters)+k], got)
				t.Logf("%s, batch %d, adapter %d: cosine %.5f of %s, reward %.1e", bar.precision, i, k, least, tensor, reward)
				if least < worst {
					worst, where = least, tensor
				}
			}
		}
		t.Logf("%s on %d batches: minimum cosine %.5f, maximum reward of a fresh adapter %.1e", bar.precision, len(batches), worst, noise)
		if !(worst >= bar.cosine) || !(noise < bar.reward) {
			t.Errorf("%s is offered, but the gradient of %s has a cosine of %.5f and its rewards a noise of %.1e", bar.precision, where, worst, noise)
		}
	}
}

// halfRows are the rows of the first batches of the record.
func halfRows(t *testing.T) (batches [][]*batch.Row) {
	t.Helper()
	pairs, _ := readParity(t)
	steps := examplesOf(pairs)
	shapes := batch.Plan(steps)
	for _, step := range steps[:halfBatches(t)] {
		batches = append(batches, pack(t, shapes[0], step))
	}
	return batches
}

func halfBatches(t *testing.T) int {
	t.Helper()
	count := 1
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

// minCosineOf returns the minimum cosine between two gradients of a tensor, and its name.
func minCosineOf(p *policy.Policy, want, got []float32) (least float64, tensor string) {
	least = 1
	for _, factor := range p.Layout.Factors {
		var both, first, second float64
		for i := factor.Offset; i < factor.Offset+factor.Size(); i++ {
			a, b := float64(want[i]), float64(got[i])
			both, first, second = both+a*b, first+a*a, second+b*b
		}
		if first > 0 || second > 0 { // A has no gradient while B is zero
			if cosine := both / math.Sqrt(first*second); !(cosine >= least) {
				least, tensor = cosine, factor.Name
			}
		}
	}
	return least, tensor
}

// In half precision the tiny model's matrices take half the memory, its losses and gradients stay near float32's, and the
// loss's factor cancels.
func TestNarrowedTinyModel(t *testing.T) {
	p := tiny(t, trainedAdapter(t))
	rows := pack(t, small, examples(4, 21))
	dpo := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}}
	want := accumulate(t, p, rows, ones(4), dpo)
	wantGradient := gradient(t, p)
	// a random model's logits have no order of importance, so that the roundings of bfloat16's 8 digits show in the losses
	for precision, tolerance := range map[dtypes.DType]float64{dtypes.Float16: 0.002, dtypes.BFloat16: 0.05} {
		half := narrowedTiny(t, precision)
		if err := half.Restore(trainedAdapter(t), nil, nil, 0); err != nil {
			t.Fatal(err)
		}
		got := accumulate(t, half, rows, ones(4), dpo)
		for i := range want.losses {
			within(t, named(precision.String()+" loss", i), got.losses[i], want.losses[i], tolerance)
		}
		same(t, precision.String()+" gradient", gradient(t, half), wantGradient, tolerance)
	}
}
