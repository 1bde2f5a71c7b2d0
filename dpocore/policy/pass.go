package policy

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/policy/answers"
	"example.com/gonb-dpo/internal/typedgraph"
)

// pass is a row on its way through the layers.
type pass struct {
	policy  *Policy
	of      source
	tokens  []int32 // of the row
	answers answers.Answers[tensor]
	kinds   kinds[tensor]
	trace   []trace // of the layers so far, for the backward pass
	hidden  tensor  // the last output [tokens, hidden]
}

// trace is what a layer's backward pass needs: its input, and its activations unless they will be computed again.
type trace struct {
	input tensor
	saved *decoder.Activations[tensor]
}

func (t trace) free() {
	finalize(t.input)
	if t.saved != nil {
		typedgraph.Free(t.saved)
	}
}

// source is the weights that a pass computes with.
type source struct {
	embedding []tensor
	layers    [][]tensor // of each, in the order of decoder.BindLayer
	end       answers.End[tensor]
}

// frozen are the model's weights, which are the reference's.
func (p *Policy) frozen() source {
	s := source{embedding: p.weights.Embedding(), end: answers.End[tensor]{Norm: p.weights.Norm(), Head: p.weights.Head()}}
	for i := range p.weights.Config.Layers {
		s.layers = append(s.layers, p.weights.Layer(i))
	}
	return s
}

// enter embeds a row.
func (p *Policy) enter(row *batch.Row, of source) (*pass, error) {
	in := &embedInputs[tensor]{of.embedding, vector(row.Tokens), vector(row.Pair), vector(row.Branch), vector(row.Position)}
	defer finalize(in.tokens, in.pair, in.branch, in.position)
	out := embedOutputs[tensor]{kinds: make(kinds[tensor], p.weights.Config.AttentionKinds())}
	if err := p.graphs.embed.Call(in, &out); err != nil {
		return nil, err
	}
	return &pass{policy: p, of: of, tokens: row.Tokens, answers: answersOf(row), hidden: out.hidden, kinds: out.kinds}, nil
}

func answersOf(row *batch.Row) answers.Answers[tensor] {
	return answers.Answers[tensor]{Source: vector(row.Source), Target: vector(row.Target), Owner: vector(row.Owner)}
}

// through sends a row through all layers.
func (p *Policy) through(row *batch.Row, of source, layers func(*pass) error) (*pass, error) {
	s, err := p.enter(row, of)
	if err != nil {
		return nil, err
	}
	if err := layers(s); err != nil {
		s.leave()
		return nil, err
	}
	return s, nil
}

// forward runs all layers with the adapter, and keeps a trace for the backward pass if asked to.
func (s *pass) forward(withTrace bool) error {
	for i := range s.of.layers {
		output, saved, err := s.trainedLayer(i, s.hidden, withTrace)
		if err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		switch {
		case !withTrace:
			typedgraph.Free(saved)
			finalize(s.hidden)
		case s.policy.recompute:
			typedgraph.Free(saved)
			s.trace = append(s.trace, trace{input: s.hidden})
		default:
			s.trace = append(s.trace, trace{s.hidden, saved})
		}
		s.hidden = output
	}
	return nil
}

func (s *pass) withoutTrace() error { return s.forward(false) }

// baseInputs are those of layer i for an input [tokens, hidden].
func (s *pass) baseInputs(i int, input tensor) baseInputs[tensor] {
	return baseInputs[tensor]{s.of.layers[i], s.kinds[s.policy.weights.Config.LayerKind(i)], input}
}

// baseLayer is the output of layer i without the adapter.
func (s *pass) baseLayer(i int) (tensor, error) {
	in := s.baseInputs(i, s.hidden)
	var out single[tensor]
	err := s.policy.graphs.base.Call(&in, &out)
	return out.value, err
}

// layer is the output of layer i with an adapter, if any, and what its backward pass needs.
func (s *pass) layer(i int, input tensor, adapter []tensor) (output tensor, saved *decoder.Activations[tensor], err error) {
	var out layerOutputs[tensor]
	if err := s.policy.graphs.layer.forward.Call(&layerInputs[tensor]{s.baseInputs(i, input), adapter, nil}, &out); err != nil {
		return nil, nil, err
	}
	return out.hidden, &out.saved, nil
}

// trainedLayer is the output of layer i with the policy's adapter, with dropout if there is to be a backward pass.
func (s *pass) trainedLayer(i int, input tensor, forBackward bool) (output tensor, saved *decoder.Activations[tensor], err error) {
	in := &layerInputs[tensor]{s.baseInputs(i, input), s.policy.adapter(i), nil}
	if !forBackward || s.policy.dropout == 0 {
		return s.layer(i, input, in.adapter)
	}
	in.dropout = s.policy.dropoutOf(i)
	defer typedgraph.Free(in.dropout)
	var out layerOutputs[tensor]
	err = s.policy.graphs.dropped.forward.Call(in, &out)
	return out.hidden, &out.saved, err
}

// backward runs the layers' backward passes from the last to the first, from the gradient of the last one's output, which
// it frees, and those of the embedding and of the end if they are trained. It returns the states' new sums of gradients.
func (s *pass) backward(compared *answers.Compared[tensor]) ([]tensor, error) {
	grad := compared.GradHidden
	compared.GradHidden = nil
	defer func() { finalize(grad) }()
	grads := make([]tensor, len(s.policy.states))
	for i := len(s.of.layers) - 1; i >= 0; i-- {
		out, err := s.layerBackward(i, grad)
		if err != nil {
			finalize(grads...)
			return nil, fmt.Errorf("layer %d, backward: %w", i, err)
		}
		finalize(grad)
		begin, _ := s.policy.statesOf(i)
		copy(grads[begin:], out.grads)
		grad = out.gradIn
	}
	if !s.policy.Layout.Whole() {
		return grads, nil
	}
	if err := s.endsBackward(grads, grad, compared.GradEnd); err != nil {
		finalize(grads...)
		return nil, fmt.Errorf("embedding, backward: %w", err)
	}
	return grads, nil
}

// layerBackward is the backward pass of layer i, the last of the trace, whose activations it frees.
func (s *pass) layerBackward(i int, gradOut tensor) (out backwardOutputs[tensor], err error) {
	t := s.trace[i]
	if t.saved == nil {
		var output tensor
		if output, t.saved, err = s.trainedLayer(i, t.input, true); err != nil {
			return out, err
		}
		finalize(output)
	}
	defer t.free()
	s.trace = s.trace[:i]
	in := &backwardInputs[tensor]{
		layerInputs: layerInputs[tensor]{s.baseInputs(i, t.input), s.policy.adapter(i), nil},
		saved:       *t.saved, gradOut: gradOut,
	}
	begin, end := s.policy.statesOf(i)
	for _, state := range s.policy.states[begin:end] {
		in.grads = append(in.grads, state.Grads)
	}
	out.grads = make([]tensor, len(in.grads))
	if s.policy.dropout == 0 {
		return out, s.policy.graphs.layer.backward.Call(in, &out)
	}
	in.dropout = s.policy.dropoutOf(i)
	defer typedgraph.Free(in.dropout)
	return out, s.policy.graphs.dropped.backward.Call(in, &out)
}

func (s *pass) leave() {
	finalize(s.hidden)
	typedgraph.Free(&s.answers)
	typedgraph.Free(s.kinds)
	for _, t := range s.trace {
		t.free()
	}
}

// vector is a list of numbers as a tensor [len(values)].
func vector[T int32 | float32](values []T) tensor {
	return tensors.FromFlatDataAndDimensions(values, len(values))
}
