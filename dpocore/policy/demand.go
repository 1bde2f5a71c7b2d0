package policy

import (
	"fmt"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/llama"
)

// Demand is what training on a row asks of the machine, known from shapes alone.
type Demand struct {
	Kept      int64   // bytes that the way back takes over from the way forward
	Work      int64   // bytes of the largest graph's results in between: the comparison over the vocabulary
	Products  float64 // floating-point operations of the policy's matrix products, there and back
	Reference float64 // of the reference's, or of measuring the policy
}

const float32Bytes = 4

// logitsHeld is how many arrays [answers, vocabulary] the comparison holds at a time: logits, exponentials and gradient.
const logitsHeld = 3

// DemandOf is a row's demand on a model. With recompute the layers' inputs alone are kept, see [Policy.Recompute].
func DemandOf(c llama.Config, row batch.Shape, recompute bool) Demand {
	numbers, ways := c.HiddenSize+c.KeptSize(), 2.0
	if recompute {
		numbers, ways = c.HiddenSize, 3
	}
	seen := float64(row.Tokens) / 2 // by a token on average: none sees a later one
	layer := 2*float64(c.LayerMatrices()) + 4*seen*float64(c.Heads*c.HeadDim)
	layers := float64(row.Tokens) * float64(c.Layers) * layer
	vocabulary := 2 * float64(row.Answers) * float64(c.HiddenSize) * float64(c.VocabSize)
	return Demand{
		Kept:      int64(c.Layers) * int64(row.Tokens) * int64(numbers) * float32Bytes,
		Work:      logitsHeld * int64(row.Answers) * int64(c.VocabSize) * float32Bytes,
		Products:  ways*layers + 2*vocabulary,
		Reference: layers + vocabulary,
	}
}

// rateTokens is the number of rows of the product that Rate times, rateRuns how often it does.
const (
	rateTokens = 512
	rateRuns   = 3
)

// Rate measures how many floating-point operations a second the machine makes in a product like a layer's largest,
// which takes some hundredths of a second.
func (p *Policy) Rate() (float64, error) {
	c := p.weights.Config
	exec, err := graph.NewExec(p.backend, func(x, w *graph.Node) *graph.Node {
		return graph.DotGeneral(x, []int{1}, nil, w, []int{1}, nil)
	})
	if err != nil {
		return 0, fmt.Errorf("measure the machine: %w", err)
	}
	defer exec.Finalize()
	x := tensors.FromFlatDataAndDimensions(make([]float32, rateTokens*c.HiddenSize), rateTokens, c.HiddenSize)
	w := tensors.FromFlatDataAndDimensions(make([]float32, 2*c.IntermediateSize*c.HiddenSize), 2*c.IntermediateSize, c.HiddenSize)
	defer finalize(x, w)
	least := time.Duration(0)
	for run := range rateRuns + 1 { // the first compiles
		begun := time.Now()
		outputs, err := call(exec, nil, x, w)
		if err != nil {
			return 0, fmt.Errorf("measure the machine: %w", err)
		}
		if took := time.Since(begun); run > 0 && (least == 0 || took < least) {
			least = took
		}
		finalize(outputs...)
	}
	return 2 * rateTokens * float64(c.HiddenSize) * float64(2*c.IntermediateSize) / least.Seconds(), nil
}
