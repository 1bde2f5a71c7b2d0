// Package adamw is the optimizer: a step of AdamW on all layers of an adapter, in one graph.
package adamw

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Constants of AdamW in TRL and PyTorch (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101); there is no weight
// decay.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// ScalarsOf are those of a step, counted from 1. clip is the factor of the gradients.
func ScalarsOf(step int, learningRate, clip float64) Scalars[*tensors.Tensor] {
	scalar := func(value float64) *tensors.Tensor { return tensors.FromScalar(float32(value)) }
	t := float64(step)
	return Scalars[*tensors.Tensor]{scalar(learningRate), scalar(clip), scalar(1 - math.Pow(beta1, t)), scalar(1 - math.Pow(beta2, t))}
}

// Step is a step of AdamW on all layers.
func Step(in *Inputs[*Node]) *Outputs[*Node] {
	out := &Outputs[*Node]{}
	var adapter []*Node
	for _, state := range in.Layers {
		next := update(state, in.Scalars)
		out.Layers, adapter = append(out.Layers, next), append(adapter, next.Adapter)
	}
	out.Norm = Norm(adapter)
	return out
}

// update is a step on a layer. The gradients of the new state are zero.
func update(s State[*Node], scalars Scalars[*Node]) State[*Node] {
	wide := func(scalar *Node) *Node { return BroadcastToShape(scalar, s.Adapter.Shape()) }
	clipped := Mul(s.Grads, wide(scalars.clip))
	mean := Add(MulScalar(s.Mean, beta1), MulScalar(clipped, 1-beta1))
	variance := Add(MulScalar(s.Variance, beta2), MulScalar(Square(clipped), 1-beta2))
	denominator := AddScalar(Div(Sqrt(variance), Sqrt(wide(scalars.varianceCorrection))), epsilon)
	rate := Div(wide(scalars.learningRate), wide(scalars.meanCorrection))
	adapter := Sub(s.Adapter, Mul(rate, Div(mean, denominator)))
	return State[*Node]{adapter, mean, variance, ZerosLike(s.Grads)}
}

// Norm is the Euclidean norm of vectors together, [].
func Norm(vectors []*Node) *Node {
	sum := ReduceAllSum(Square(vectors[0]))
	for _, vector := range vectors[1:] {
		sum = Add(sum, ReduceAllSum(Square(vector)))
	}
	return Sqrt(sum)
}
