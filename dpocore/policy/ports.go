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

// layerInputs are those of a layer with its part of the adapter [LayerSize].
type layerInputs[T any] struct {
	baseInputs[T]
	adapter T
	dropout *dropout.Inputs[T] // nil for none
}

func (in *layerInputs[T]) Fields() []*T {
	fields := append(in.baseInputs.Fields(), &in.adapter)
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
// hidden], and the sum of its adapter's gradients so far [LayerSize].
type backwardInputs[T any] struct {
	layerInputs[T]
	saved   decoder.Activations[T]
	gradOut T
	grads   T
}

func (in *backwardInputs[T]) Fields() []*T {
	return slices.Concat(in.layerInputs.Fields(), in.saved.Fields(), []*T{&in.gradOut, &in.grads})
}

// backwardOutputs are the sum of gradients with this row's added [LayerSize], and the gradient with respect to the layer's
// input [tokens, hidden].
type backwardOutputs[T any] struct{ grads, gradIn T }

func (out *backwardOutputs[T]) Fields() []*T { return []*T{&out.grads, &out.gradIn} }

// answers are a row's answer tokens, each [answers] int32 and as in batch.Row.
type answers[T any] struct{ source, target, owner T }

func (a *answers[T]) Fields() []*T { return []*T{&a.source, &a.target, &a.owner} }

// answerInputs are what every graph over the vocabulary takes: the final norm [hidden], the vocabulary matrix [vocabulary,
// hidden], the answers, and the last layer's output [tokens, hidden].
type answerInputs[T any] struct {
	norm    T
	head    []T // as in decoder.Config.BindVocabulary
	answers answers[T]
	hidden  T
}

func (in *answerInputs[T]) Fields() []*T {
	return slices.Concat([]*T{&in.norm}, typedgraph.Pointers(in.head), in.answers.Fields(), []*T{&in.hidden})
}

// measureInputs add a vector with as many elements as the row has pairs [pairs]; its values do not count.
type measureInputs[T any] struct {
	answerInputs[T]
	perPair T
}

func (in *measureInputs[T]) Fields() []*T { return append(in.answerInputs.Fields(), &in.perPair) }

// measureOutputs are log-probabilities and mean logits of the answers, each [pairs, 2].
type measureOutputs[T any] struct{ logProbs, meanLogits T }

func (out *measureOutputs[T]) Fields() []*T { return []*T{&out.logProbs, &out.meanLogits} }
