// Package demand tells how much memory and work training on a row takes, and how fast the machine works.
package demand

import (
	"fmt"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Demand is the memory and work of training on a row, computed from shapes alone.
type Demand struct {
	Activations   int64   // bytes that the forward pass saves for the backward pass
	Attention     int64   // bytes of attention's mask and scores
	Workspace     int64   // bytes of the largest graph's intermediate results: the comparison over the vocabulary
	TrainFLOPs    float64 // floating-point operations of the policy's matrix products, forward and backward
	MeasuredFLOPs float64 // of the reference's, or of measuring the policy
}

const float32Bytes = 4

// logitArrays is the number of arrays [answers, vocabulary] that the comparison needs at a time: logits, exponentials,
// gradient.
const logitArrays = 3

// Of is a row's demand on a model. With recompute only the layers' inputs are saved, see policy.Policy.Recompute.
func Of(c decoder.Config, row batch.Shape, recompute bool) Demand {
	saved, passes := c.HiddenSize+c.ActivationSize(), 2.0
	if recompute {
		saved, passes = c.HiddenSize, 3
	}
	seen := float64(row.Tokens) / 2 // by a token on average, as none sees a later one
	layer := 2*float64(c.MatrixWeights()) + 4*seen*float64(c.Heads*c.HeadDim)
	layers := float64(row.Tokens) * float64(c.Layers) * layer
	vocabulary := 2 * float64(row.Answers) * float64(c.HiddenSize) * float64(c.VocabSize)
	return Demand{
		Activations:   int64(c.Layers) * int64(row.Tokens) * int64(saved) * float32Bytes,
		Attention:     attention(c, int64(row.Tokens), int64(row.Tokens)),
		Workspace:     logitArrays * int64(row.Answers) * int64(c.VocabSize) * float32Bytes,
		TrainFLOPs:    passes*layers + 2*vocabulary,
		MeasuredFLOPs: layers + vocabulary,
	}
}

// Rate multiplies matrices of rateTokens rows, rateRuns times.
const (
	rateTokens = 512
	rateRuns   = 3
)

// Rate measures the machine's floating-point operations per second in a product like a layer's largest, in its precision, which takes some
// hundredths of a second.
func Rate(backend compute.Backend, c decoder.Config) (float64, error) {
	exec, err := graph.NewExec(backend, func(x, w *graph.Node) *graph.Node {
		if c.Products != dtypes.InvalidDType {
			w = graph.ConvertDType(w, c.Products)
		}
		return product.Of(x, 1, w, 1)
	})
	if err != nil {
		return 0, fmt.Errorf("measure the machine: %w", err)
	}
	defer exec.Finalize()
	x, err := tensors.FromShapeForBackend(backend, 0, shapes.Make(dtypes.Float32, rateTokens, c.HiddenSize)) // zeros
	if err != nil {
		return 0, fmt.Errorf("measure the machine: %w", err)
	}
	defer x.MustFinalizeAll()
	w, err := tensors.FromShapeForBackend(backend, 0, shapes.Make(dtypes.Float32, 2*c.IntermediateSize, c.HiddenSize))
	if err != nil {
		return 0, fmt.Errorf("measure the machine: %w", err)
	}
	defer w.MustFinalizeAll()
	shortest := time.Duration(0)
	for run := range rateRuns + 1 { // the first one compiles
		start := time.Now()
		outputs, err := exec.Call(x, w)
		if err != nil {
			return 0, fmt.Errorf("measure the machine: %w", err)
		}
		if took := time.Since(start); run > 0 && (shortest == 0 || took < shortest) {
			shortest = took
		}
		for _, output := range outputs {
			output.MustFinalizeAll()
		}
	}
	return 2 * rateTokens * float64(c.HiddenSize) * float64(2*c.IntermediateSize) / shortest.Seconds(), nil
}
