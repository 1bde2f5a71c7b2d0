package policy

import (
	"slices"

	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/typedgraph"
)

// divergenceInputs add the last layer's output without the adapter [tokens, hidden].
type divergenceInputs[T any] struct {
	measureInputs[T]
	base T
}

func (in *divergenceInputs[T]) Fields() []*T { return append(in.measureInputs.Fields(), &in.base) }

// divergence is the divergence along each answer [pairs, 2], and the largest difference of logits [].
type divergence[T any] struct{ sums, furthest T }

func (d *divergence[T]) Fields() []*T { return []*T{&d.sums, &d.furthest} }

// divergenceOutputs are those of the measure graph, and the divergence.
type divergenceOutputs[T any] struct {
	measureOutputs[T]
	divergence divergence[T]
}

func (out *divergenceOutputs[T]) Fields() []*T {
	return append(out.measureOutputs.Fields(), out.divergence.Fields()...)
}

// compareInputs are those of a graph that compares the answers of a row's pairs.
type compareInputs[T any] struct {
	kind comparison

	answerInputs[T]
	weights   T // of the pairs' losses [pairs]
	reference T // log-probabilities [pairs, 2]
	scalars   loss.Scalars[T]
	base      T // the last layer's output without the adapter [tokens, hidden]; only for the divergence
}

func (in *compareInputs[T]) Fields() []*T {
	fields := slices.Concat(in.answerInputs.Fields(), []*T{&in.weights, &in.reference}, in.scalars.Fields())
	if in.kind.divergence {
		fields = append(fields, &in.base)
	}
	return fields
}

// compareOutputs are what the measure graph returns and the pairs' losses, and what the kind asks for.
type compareOutputs[T any] struct {
	kind comparison

	measureOutputs[T]
	losses     T // [pairs]
	entropy    T // see loss.Spread [pairs, 2], like the next
	likeliest  T
	gradHidden T             // of Σ weight·loss with respect to the last layer's output [tokens, hidden]; only for the gradient
	divergence divergence[T] // only for the divergence
}

func (out *compareOutputs[T]) Fields() []*T {
	fields := append(out.measureOutputs.Fields(), &out.losses, &out.entropy, &out.likeliest)
	if out.kind.gradient {
		fields = append(fields, &out.gradHidden)
	}
	if out.kind.divergence {
		fields = append(fields, out.divergence.Fields()...)
	}
	return fields
}

// layerVectors are vectors [LayerSize], one of each layer.
type layerVectors[T any] []T

func (v layerVectors[T]) Fields() []*T { return typedgraph.Pointers(v) }

// single is the one output of a graph.
type single[T any] struct{ value T }

func (out *single[T]) Fields() []*T { return []*T{&out.value} }
