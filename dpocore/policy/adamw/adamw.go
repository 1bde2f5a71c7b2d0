// Package adamw is the optimizer: a step of AdamW on all layers of an adapter, in one graph.
package adamw

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Settings are those of AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101) other than the learning rate, under
// PyTorch's names.
type Settings struct {
	Beta1, Beta2, Epsilon, WeightDecay float64

	// RatioB is the learning rate of the factors B as a multiple of that of A (LoRA+, Hayou et al. 2024,
	// https://arxiv.org/abs/2402.12354); 0 if both have the same.
	RatioB float64
}

// Default are PyTorch's and TRL's settings, of which TRL's has no weight decay.
var Default = Settings{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}

// ScalarsOf are those of a step, counted from 1. clip is the factor of the gradients. They are computed in float64, and are
// inputs of the graph, so that one graph serves all settings.
func (s Settings) ScalarsOf(step int, learningRate, clip float64) Scalars[*tensors.Tensor] {
	scalar := func(value float64) *tensors.Tensor { return tensors.FromScalar(float32(value)) }
	t := float64(step)
	return Scalars[*tensors.Tensor]{
		learningRate: scalar(learningRate), clip: scalar(clip),
		meanDecay: scalar(s.Beta1), meanGain: scalar(1 - s.Beta1), meanCorrection: scalar(1 - math.Pow(s.Beta1, t)),
		varianceDecay: scalar(s.Beta2), varianceGain: scalar(1 - s.Beta2), varianceCorrection: scalar(1 - math.Pow(s.Beta2, t)),
		epsilon: scalar(s.Epsilon), keep: scalar(1 - learningRate*s.WeightDecay),
	}
}

// ScalarsOfB are those of the factors B; nil if they are the same.
func (s Settings) ScalarsOfB(learningRate float64) *ScalarsB[*tensors.Tensor] {
	if s.RatioB == 0 {
		return nil
	}
	rate := learningRate * s.RatioB
	return &ScalarsB[*tensors.Tensor]{learningRate: tensors.FromScalar(float32(rate)), keep: tensors.FromScalar(float32(1 - rate*s.WeightDecay))}
}

// Step is a step of AdamW on all layers, which have these factors.
func Step(in *Inputs[*Node], layer []decoder.Factor) *Outputs[*Node] {
	out := &Outputs[*Node]{}
	var adapter []*Node
	for _, state := range in.Layers {
		next := update(state, in, layer)
		out.Layers, adapter = append(out.Layers, next), append(adapter, next.Trained)
	}
	out.Norm = Norm(adapter)
	return out
}

// update is a step on a layer. The gradients of the new state are zero.
func update(s State[*Node], in *Inputs[*Node], layer []decoder.Factor) State[*Node] {
	scalars := in.Scalars
	wide := func(scalar *Node) *Node { return BroadcastToShape(scalar, s.Trained.Shape()) }
	times := func(x, scalar *Node) *Node { return Mul(x, wide(scalar)) }
	clipped := times(s.Grads, scalars.clip)
	mean := Add(times(s.Mean, scalars.meanDecay), times(clipped, scalars.meanGain))
	variance := Add(times(s.Variance, scalars.varianceDecay), times(Square(clipped), scalars.varianceGain))
	denominator := Add(Div(Sqrt(variance), Sqrt(wide(scalars.varianceCorrection))), wide(scalars.epsilon))
	learningRate, keep := wide(scalars.learningRate), wide(scalars.keep)
	if b := in.B; b != nil {
		learningRate, keep = eachFactor(layer, scalars.learningRate, b.learningRate), eachFactor(layer, scalars.keep, b.keep)
	}
	rate := Div(learningRate, wide(scalars.meanCorrection))
	adapter := Sub(Mul(s.Trained, keep), Mul(rate, Div(mean, denominator)))
	return State[*Node]{adapter, mean, variance, ZerosLike(s.Grads)}
}

// eachFactor is a vector [layer size] with one number for the values of each A and another for those of each B.
func eachFactor(layer []decoder.Factor, ofA, ofB *Node) *Node {
	var parts []*Node
	for _, factor := range layer {
		number := ofB
		if factor.IsA {
			number = ofA
		}
		parts = append(parts, BroadcastToDims(number, factor.Size()))
	}
	return Concatenate(parts, 0)
}

// Norm is the Euclidean norm of vectors together, [].
func Norm(vectors []*Node) *Node {
	sum := ReduceAllSum(Square(vectors[0]))
	for _, vector := range vectors[1:] {
		sum = Add(sum, ReduceAllSum(Square(vector)))
	}
	return Sqrt(sum)
}
