package policy

import (
	"slices"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/internal/typedgraph"
)

// The inputs and outputs of the graphs. Their fields are of type node while a graph is built and tensor when it is called.
type (
	node   = typedgraph.Node
	tensor = typedgraph.Tensor
)

// embedInputs are the embedding [vocabulary, hidden] and a row's tokens, each [tokens] int32 and as in batch.Row.
type embedInputs[T any] struct {
	embedding                      []T // as in decoder.Config.BindVocabulary
	tokens, pair, branch, position T
}

func (in *embedInputs[T]) Fields() []*T {
	return append(typedgraph.Pointers(in.embedding), &in.tokens, &in.pair, &in.branch, &in.position)
}

// embedOutputs are the first layer's input [tokens, hidden] and the positions for each kind of attention.
type embedOutputs[T any] struct {
	hidden T
	kinds  kinds[T]
}

func (out *embedOutputs[T]) Fields() []*T {
	return append([]*T{&out.hidden}, out.kinds.Fields()...)
}

// kinds are the positions for each kind of attention, which all layers of the kind share.
type kinds[T any] []positions[T]

func (k kinds[T]) Fields() (list []*T) {
	for i := range k {
		list = append(list, k[i].Fields()...)
	}
	return list
}

// positions are those of decoder.Positions.
type positions[T any] struct {
	cos, sin T // [tokens, rotaryDim/2]
	bias     T // [tokens, tokens]
}

func (p *positions[T]) Fields() []*T { return []*T{&p.cos, &p.sin, &p.bias} }

// baseInputs are a layer's weights, a row's positions and the layer's input [tokens, hidden].
type baseInputs[T any] struct {
	weights   []T // in the order of decoder.BindLayer
	positions positions[T]
	hidden    T
}

func (in *baseInputs[T]) Fields() []*T {
	return slices.Concat(typedgraph.Pointers(in.weights), in.positions.Fields(), []*T{&in.hidden})
}

// layerInputs are those of a layer with its part of the adapter [LayerSize], if the model has one.
type layerInputs[T any] struct {
	baseInputs[T]
	adapter []T                // one or none
	dropout *dropout.Inputs[T] // nil for none
}

func (in *layerInputs[T]) Fields() []*T {
	fields := append(in.baseInputs.Fields(), typedgraph.Pointers(in.adapter)...)
	if in.dropout != nil {
		fields = append(fields, in.dropout.Fields()...)
	}
	return fields
}

// layerOutputs are a layer's output [tokens, hidden] and what its backward pass needs.
type layerOutputs[T any] struct {
	hidden T
	saved  decoder.Activations[T]
}

func (out *layerOutputs[T]) Fields() []*T { return append([]*T{&out.hidden}, out.saved.Fields()...) }

// backwardInputs are a layer's inputs, its saved activations, the gradient of the loss with respect to its output [tokens,
// hidden], and the sums of the gradients so far: one of its adapter [LayerSize], or one of each of its weights.
type backwardInputs[T any] struct {
	layerInputs[T]
	saved   decoder.Activations[T]
	gradOut T
	grads   []T
}

func (in *backwardInputs[T]) Fields() []*T {
	return slices.Concat(in.layerInputs.Fields(), in.saved.Fields(), []*T{&in.gradOut}, typedgraph.Pointers(in.grads))
}

// backwardOutputs are the sums of gradients with this row's added, and the gradient with respect to the layer's input [tokens,
// hidden].
type backwardOutputs[T any] struct {
	grads  []T
	gradIn T
}

func (out *backwardOutputs[T]) Fields() []*T {
	return append(typedgraph.Pointers(out.grads), &out.gradIn)
}

// lookupInputs are the embedding, a row's tokens, the gradient of the first layer's input [tokens, hidden], and the sum of the
// embedding's gradients so far.
type lookupInputs[T any] struct {
	embedding              []T
	tokens, gradOut, grads T
}

func (in *lookupInputs[T]) Fields() []*T {
	return append(typedgraph.Pointers(in.embedding), &in.tokens, &in.gradOut, &in.grads)
}

// vectors are the tensors of all or some states.
type vectors[T any] []T

func (v vectors[T]) Fields() []*T { return typedgraph.Pointers(v) }

// single is the one output of a graph.
type single[T any] struct{ value T }

func (out *single[T]) Fields() []*T { return []*T{&out.value} }
