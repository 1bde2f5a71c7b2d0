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

// These set the number of batches of the record that are compared, and the maximum length of prompt and answer together in
// tokens: two thirds of them for the end of the prompt; 0 is any. Short answers have the lowest cosines: there is less to
// average over. By default it is the batch on which bfloat16 is least
// right: 0.9971 before the forward pass computed with 16 digits.
const (
	halfBatchesEnv = "DPO_TEST_HALF_BATCHES"
	halfTokensEnv  = "DPO_TEST_HALF_TOKENS"
	halfBatch      = 12
	halfTokens     = 96
)

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
	adapters, batches := [][]float32{fresh, changed}, halfRows(t, halfBatch, 1)
	if count := intEnv(t, halfBatchesEnv, 0); count > 0 {
		batches = halfRows(t, 0, count)
	}
	var want [][]float32 // the gradients in float32
	for _, rows := range batches {
		for _, adapter := range adapters {
			gradient, _ := halfStep(t, full, adapter, rows)
			want = append(want, gradient)
		}
	}
	for _, bar := range halfBars {
		half := parityPolicyIn(t, bar.precision)
		least, noise := []float64{1, 1}, 0.0
		for i, rows := range batches {
			for k, adapter := range adapters {
				got, reward := halfStep(t, half, adapter, rows)
				if k == 0 {
					noise = max(noise, reward)
				}
				cosine, tensor := minCosineOf(full, want[i*len(adapters)+k], got)
				t.Logf("%s, batch %d, adapter %d: cosine %.5f of %s, reward %.1e", bar.precision, i, k, cosine, tensor, reward)
				least[k] = min(least[k], cosine)
				if !(cosine >= bar.cosine) {
					t.Errorf("%s is offered, but in batch %d the gradient of %s has a cosine of %.5f", bar.precision, i, tensor, cosine)
				}
			}
		}
		t.Logf("%s on %d batches: minimum cosine %.5f with a fresh adapter, %.5f with a changed one; maximum reward of a fresh one %.1e",
			bar.precision, len(batches), least[0], least[1], noise)
		if !(noise < bar.reward) {
			t.Errorf("%s is offered, but a fresh adapter has a reward of %.1e", bar.precision, noise)
		}
	}
}

// halfRows are the rows of some batches of the record.
func halfRows(t *testing.T, first, count int) (batches [][]*batch.Row) {
	t.Helper()
	pairs, _ := readParity(t)
	steps := examplesOf(pairs)[first : first+count]
	tokens := intEnv(t, halfTokensEnv, halfTokens)
	for _, step := range steps {
		for i := range step {
			shorten(&step[i], tokens)
		}
	}
	shapes := batch.Plan(steps)
	for _, step := range steps {
		batches = append(batches, pack(t, shapes[0], step))
	}
	return batches
}

// shorten leaves the end of the prompt and the start of the answers, unless tokens is 0.
func shorten(e *batch.Example, tokens int) {
	if tokens == 0 {
		return
	}
	prompt, answer := 2*tokens/3, tokens/3
	e.Prompt = e.Prompt[max(0, len(e.Prompt)-prompt):]
	e.Chosen, e.Rejected = e.Chosen[:min(answer, len(e.Chosen))], e.Rejected[:min(answer, len(e.Rejected))]
}

func intEnv(t *testing.T, name string, unset int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return unset
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return number
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
