package selftest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
)

// Agreement is how an adapter's gradient in a half precision compares with that in float32.
type Agreement struct {
	Cosine float64 // the lowest one of any tensor
	Tensor string  // which has it
	Length float64 // of the whole gradient, as a multiple of that in float32
	Reward float64 // the largest one of a fresh adapter, which is 0 but for rounding
}

// spread is the standard deviation of what is added to a fresh adapter's values, as if it had been trained.
const spread = 2e-3

// Gradients compares the gradient of DPO's loss on pairs in a half precision, Float16 or BFloat16, with that in float32, for the
// model at a path with an adapter.
func Gradients(backend compute.Backend, path string, examples []batch.Example, half dtypes.DType) (g Agreement, err error) {
	rows, err := batch.Pack(examples, batch.Plan([][]batch.Example{examples})...)
	if err != nil {
		return g, err
	}
	want, layout, _, err := gradientIn(backend, path, rows, dtypes.Float32)
	if err != nil {
		return g, fmt.Errorf("in float32: %w", err)
	}
	got, _, reward, err := gradientIn(backend, path, rows, half)
	if err != nil {
		return g, fmt.Errorf("in %s: %w", half, err)
	}
	g = Agreement{Cosine: 1, Reward: reward}
	for _, factor := range layout.Factors {
		from, to := factor.Offset, factor.Offset+factor.Size()
		if c := cosine(got[from:to], want[from:to]); !(c >= g.Cosine) {
			g.Cosine, g.Tensor = c, factor.Name
		}
	}
	g.Length = math.Sqrt(dot(got, got) / dot(want, want))
	return g, nil
}

// gradientBeta is beta of the rewards and losses.
const gradientBeta = 0.1

// gradientIn returns the gradient of an adapter in a precision, but for a factor, and the largest reward of a fresh adapter.
func gradientIn(backend compute.Backend, path string, rows []*batch.Row, precision dtypes.DType) (grad []float32, layout decoder.Layout, reward float64, err error) {
	loaded, err := weights.LoadAs(backend, path, weights.Form{Precision: precision})
	if err != nil {
		return nil, layout, 0, err
	}
	defer loaded.Finalize()
	if layout, err = decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 16, Alpha: 16, Modules: decoder.AllModules}); err != nil {
		return nil, layout, 0, err
	}
	adapter := layout.Init(1)
	p, err := policy.New(backend, loaded, layout, adapter)
	if err != nil {
		return nil, layout, 0, err
	}
	defer p.Finalize()
	references, reward, err := rewards(p, rows)
	if err != nil {
		return nil, layout, 0, err
	}
	source := rand.New(rand.NewPCG(7, 7))
	for i := range adapter {
		adapter[i] += float32(spread * source.NormFloat64())
	}
	grad, err = gradient(p, adapter, rows, references)
	return grad, layout, reward, err
}

// rewards returns the reference's log-probabilities of each row, and the largest reward of an answer.
func rewards(p *policy.Policy, rows []*batch.Row) (references [][][2]float32, reward float64, err error) {
	for _, row := range rows {
		without, err := p.Reference(row)
		if err != nil {
			return nil, 0, err
		}
		with, err := p.LogProbs(row)
		if err != nil {
			return nil, 0, err
		}
		for i, logProbs := range with.LogProbs {
			for side := range 2 {
				reward = largest(reward, gradientBeta*math.Abs(float64(logProbs[side]-without.LogProbs[i][side])))
			}
		}
		references = append(references, without.LogProbs)
	}
	return references, reward, nil
}

// gradient is that of the sum of the pairs' losses with an adapter, but for a factor.
func gradient(p *policy.Policy, adapter []float32, rows []*batch.Row, references [][][2]float32) ([]float32, error) {
	if err := p.Restore(adapter, nil, nil, 0); err != nil {
		return nil, err
	}
	for i, row := range rows {
		ones := make([]float32, len(row.Examples))
		for k := range ones {
			ones[k] = 1
		}
		if _, err := p.Accumulate(row, references[i], ones, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: gradientBeta}}); err != nil {
			return nil, err
		}
	}
	if _, err := p.Update(0, math.Inf(1), adamw.Default); err != nil {
		return nil, err
	}
	_, mean, _, err := p.Snapshot() // AdamW's first mean is the gradient but for a factor
	return mean, err
}

// cosine is that of the angle between two vectors; 1 if both are zero.
func cosine(a, b []float32) float64 {
	first, second := dot(a, a), dot(b, b)
	if first == 0 && second == 0 {
		return 1
	}
	return dot(a, b) / math.Sqrt(first*second)
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
