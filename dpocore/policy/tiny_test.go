package policy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// small is the row of most tests: they share its compiled graphs.
var small = batch.Shape{Tokens: 64, Answers: 32, Pairs: 4}

// opened is the tiny model with a policy, opened by the first test that needs it.
var opened struct {
	backend compute.Backend
	weights *weights.Weights
	policy  *policy.Policy
}

func TestMain(m *testing.M) {
	code := m.Run()
	if opened.policy != nil {
		opened.policy.Finalize()
		opened.weights.Finalize()
		opened.backend.Finalize()
	}
	os.Exit(code)
}

// tiny returns the policy of all tests on the tiny model, with an adapter and nothing learned yet.
func tiny(t testing.TB, adapter []float32) *policy.Policy {
	t.Helper()
	if opened.policy == nil {
		backend, err := device.Open()
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := weights.Load(backend, tinymodel.Write(t, tinymodel.Config(), 1))
		if err != nil {
			t.Fatal(err)
		}
		opened.backend, opened.weights = backend, loaded
		opened.policy = newTiny(t)
	}
	if err := opened.policy.Restore(adapter, nil, nil, 0); err != nil {
		t.Fatal(err)
	}
	return opened.policy
}

// narrowedTiny is the tiny model in a half precision.
func narrowedTiny(t testing.TB, precision dtypes.DType) *policy.Policy {
	t.Helper()
	loaded, err := weights.LoadAs(opened.backend, tinymodel.Write(t, tinymodel.Config(), 1), weights.Form{Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	if full := opened.weights.Bytes(); float64(loaded.Bytes()) > 0.51*float64(full) { // the norms are not rounded
		t.Errorf("in %s the weights have %d bytes, in float32 %d", precision, loaded.Bytes(), full)
	}
	p, err := policy.New(opened.backend, loaded, tinyLayout(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Finalize)
	return p
}

// newTiny is another policy on the same model.
func newTiny(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := policy.New(opened.backend, opened.weights, tinyLayout(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tinyLayout(t testing.TB) decoder.Layout {
	t.Helper()
	layout, err := decoder.NewLayout(tinymodel.Config(), decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	return layout
}

// trainedAdapter stands for an adapter in the middle of training: B is not zero.
func trainedAdapter(t testing.TB) []float32 {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 0))
	values := tinyLayout(t).Init(5)
	for i := range values {
		values[i] += float32(r.NormFloat64() * 0.05)
	}
	return values
}

// examples are random pairs of 3 to 13 tokens: four of them fit in a small row.
func examples(count int, seed uint64) []batch.Example {
	r := rand.New(rand.NewPCG(seed, 1))
	tokens := func(least, most int) []int32 {
		list := make([]int32, least+r.IntN(most-least+1))
		for i := range list {
			list[i] = r.Int32N(int32(tinymodel.Config().VocabSize))
		}
		return list
	}
	list := make([]batch.Example, count)
	for i := range list {
		list[i] = batch.Example{Prompt: tokens(1, 5), Chosen: tokens(1, 4), Rejected: tokens(1, 4)}
	}
	return list
}

func pack(t testing.TB, shape batch.Shape, list []batch.Example) []*batch.Row {
	t.Helper()
	rows, err := batch.Pack(list, shape)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// result is what a step found for each example, in the examples' order.
type result struct {
	logProbs, reference [][2]float64
	losses              []float64
}

// margin is that of example i for a beta of 1.
func (r result) margin(i int) float64 {
	return r.logProbs[i][0] - r.reference[i][0] - r.logProbs[i][1] + r.reference[i][1]
}

// accumulate sends rows through the reference and the policy; each example counts with its weight.
func accumulate(t testing.TB, p *policy.Policy, rows []*batch.Row, weights []float32, l policy.Loss) result {
	t.Helper()
	n := len(weights)
	found := result{make([][2]float64, n), make([][2]float64, n), make([]float64, n)}
	for _, row := range rows {
		reference, err := p.Reference(row)
		if err != nil {
			t.Fatal(err)
		}
		rowWeights := make([]float32, len(row.Examples))
		for place, index := range row.Examples {
			rowWeights[place] = weights[index]
		}
		got, err := p.Accumulate(row, reference.LogProbs, rowWeights, l)
		if err != nil {
			t.Fatal(err)
		}
		for place, index := range row.Examples {
			found.losses[index] = float64(got.Losses[place])
			for side := range 2 {
				found.logProbs[index][side] = float64(got.LogProbs[place][side])
				found.reference[index][side] = float64(reference.LogProbs[place][side])
			}
		}
	}
	return found
}

// gradient takes the gradient out of a fresh policy: after one unclipped step from zero AdamW's mean is (1−β₁)·gradient.
func gradient(t testing.TB, p *policy.Policy) []float64 {
	t.Helper()
	update(t, p, 0, math.Inf(1))
	_, mean, _, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	g := make([]float64, len(mean))
	for i, m := range mean {
		g[i] = float64(m) / 0.1
	}
	return g
}

func update(t testing.TB, p *policy.Policy, rate, maxNorm float64) (norm float64) {
	t.Helper()
	norm, err := p.Update(rate, maxNorm, adamw.Default)
	if err != nil {
		t.Fatal(err)
	}
	return norm
}

func snapshot(t testing.TB, p *policy.Policy) [3][]float32 {
	t.Helper()
	adapter, mean, variance, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return [3][]float32{adapter, mean, variance}
}

// same fails unless two vectors differ by at most a share of the second's length.
func same[T float32 | float64](t testing.TB, what string, got, want []T, share float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s has %d values, want %d", what, len(got), len(want))
	}
	var difference, length float64
	for i := range want {
		difference += (float64(got[i]) - float64(want[i])) * (float64(got[i]) - float64(want[i]))
		length += float64(want[i]) * float64(want[i])
	}
	if !(math.Sqrt(difference) <= share*math.Sqrt(length)) {
		t.Errorf("%s differs by %.2g of its length, allowed is %.2g", what, math.Sqrt(difference/length), share)
	}
}

func norm(x []float64) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

func ones(n int) []float32 {
	list := make([]float32, n)
	for i := range list {
		list[i] = 1
	}
	return list
}

func within(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.8g, want %.8g within %g", what, got, want, tolerance)
	}
}

func named(what string, i int) string { return fmt.Sprintf("%s of pair %d", what, i) }
