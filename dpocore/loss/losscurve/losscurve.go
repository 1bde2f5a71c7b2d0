// Package losscurve evaluates losses on made-up pairs, to draw them: the very graphs that training differentiates.
package losscurve

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/loss"
)

// A Curve is a loss over the gap of a pair, and how hard it pushes the two answers. All slices have the length of the gaps.
type Curve struct {
	Loss     []float64
	Chosen   []float64 // −∂loss/∂log π(chosen): above 0, a step makes the chosen answer more likely
	Rejected []float64 // −∂loss/∂log π(rejected): below 0, a step makes the rejected answer less likely
}

// Relative returns the curve in units of its steepness where the gap is 0, at index zero, and its loss from there on. Losses
// can then be compared by their shape: AdamW divides a constant factor of a gradient out.
func (c Curve) Relative(zero int) Curve {
	unit := math.Abs(c.Chosen[zero]-c.Rejected[zero]) / 2
	scaled := func(values []float64, from float64) []float64 {
		out := make([]float64, len(values))
		for i, value := range values {
			out[i] = (value - from) / unit
		}
		return out
	}
	return Curve{Loss: scaled(c.Loss, c.Loss[zero]), Chosen: scaled(c.Chosen, 0), Rejected: scaled(c.Rejected, 0)}
}

// A pair's answers, before training: the sum of log-probabilities under the reference, and the number of tokens.
const (
	logProb = -60
	tokens  = 40
)

// Of evaluates a loss with its usual scalars on pairs whose gap, the log-ratio of the chosen answer minus that of the rejected one,
// has the given values. Half of a gap is the chosen answer's gain, the other half the rejected one's loss. Losses without a reference
// see the same log-probabilities.
func Of(backend compute.Backend, lossType string, scalars loss.Scalars[float64], gaps []float64) (c Curve, err error) {
	if err := loss.Check(lossType); err != nil {
		return c, err
	}
	policy := make([]float32, 0, 2*len(gaps))
	for _, gap := range gaps {
		policy = append(policy, float32(logProb+gap/2), float32(logProb-gap/2))
	}
	inputs := []any{tensors.FromFlatDataAndDimensions(policy, len(gaps), 2)}
	scalars.SFTTokens = tokens
	for _, scalar := range scalars.Fields() {
		inputs = append(inputs, float32(*scalar))
	}
	outputs, err := graph.CallOnceN(backend, func(in []*graph.Node) []*graph.Node {
		like := func(value float64) *graph.Node { return graph.AddScalar(graph.ZerosLike(in[0]), value) }
		terms := loss.Terms{Policy: in[0], Reference: like(logProb), Tokens: like(tokens), Sides: like(1)}
		terms.Weights = make([]*graph.Node, len(scalars.Weights))
		for i, field := range terms.Fields() {
			*field = in[1+i]
		}
		terms.SFTTokens = graph.BroadcastToDims(terms.SFTTokens, len(gaps))
		losses := loss.Of(lossType, terms)
		return []*graph.Node{losses, graph.Neg(graph.Gradient(graph.ReduceAllSum(losses), in[0])[0])}
	}, inputs...)
	if err != nil {
		return c, fmt.Errorf("evaluate the loss %s: %w", lossType, err)
	}
	for i, value := range tensors.MustCopyFlatData[float32](outputs[0]) {
		pushes := tensors.MustCopyFlatData[float32](outputs[1])[2*i : 2*i+2]
		c.Loss, c.Chosen, c.Rejected = append(c.Loss, float64(value)), append(c.Chosen, float64(pushes[0])), append(c.Rejected, float64(pushes[1]))
	}
	for _, output := range outputs {
		output.MustFinalizeAll()
	}
	return c, nil
}
