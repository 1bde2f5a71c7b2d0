package policy

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
)

// pass is a row on its way through the layers.
type pass struct {
	policy  *Policy
	answers *tensors.Tensor   // [3, answers]
	places  []*tensors.Tensor // cosines, sines and bias, for all layers alike
	inputs  []*tensors.Tensor // of the layers passed, for the way back; nil where there is none
	hidden  *tensors.Tensor   // [tokens, hidden], the last output
}

// enter embeds a row.
func (p *Policy) enter(row *batch.Row) (*pass, error) {
	tokens := matrix(row.Shape.Tokens, row.Tokens, row.Pair, row.Branch, row.Position)
	defer finalize(tokens)
	outputs, err := call(p.graphs.embed, nil, p.weights.Embedding(), tokens)
	if err != nil {
		return nil, err
	}
	answers := matrix(row.Shape.Answers, row.Source, row.Target, row.Owner)
	return &pass{policy: p, answers: answers, hidden: outputs[0], places: outputs[1:]}, nil
}

// forward goes through all layers, with the adapter or without, and keeps their inputs for the way back or not.
func (s *pass) forward(withAdapter, keep bool) error {
	for i, layer := range s.policy.layers {
		exec, args := s.policy.graphs.forwardBase, s.policy.weights.Layer(i)
		if withAdapter {
			exec, args = s.policy.graphs.forward, append(args[:len(args):len(args)], layer.adapter)
		}
		outputs, err := call(exec, args, s.places[0], s.places[1], s.places[2], s.hidden)
		if err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		if keep {
			s.inputs = append(s.inputs, s.hidden)
		} else {
			finalize(s.hidden)
		}
		s.hidden = outputs[0]
	}
	return nil
}

// backward goes through the layers from the last to the first with the gradient by the last one's output, which it
// frees, and returns the layers' gradients, old and new together.
func (s *pass) backward(slope *tensors.Tensor) (grads []*tensors.Tensor, err error) {
	defer func() { finalize(slope) }()
	layers := s.policy.layers
	grads = make([]*tensors.Tensor, len(layers))
	for i := len(layers) - 1; i >= 0; i-- {
		args := s.policy.weights.Layer(i)
		outputs, err := call(s.policy.graphs.backward, append(args[:len(args):len(args)], layers[i].adapter),
			s.places[0], s.places[1], s.places[2], s.inputs[i], slope, layers[i].grads)
		if err != nil {
			finalize(grads...)
			return nil, fmt.Errorf("layer %d, backward: %w", i, err)
		}
		finalize(slope, s.inputs[i])
		grads[i], slope, s.inputs = outputs[0], outputs[1], s.inputs[:i]
	}
	return grads, nil
}

func (s *pass) leave() {
	finalize(s.answers, s.hidden)
	finalize(s.places...)
	finalize(s.inputs...)
}

// call runs a graph on tensors.
func call(exec *graph.Exec, first []*tensors.Tensor, rest ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	args := make([]any, 0, len(first)+len(rest))
	for _, list := range [][]*tensors.Tensor{first, rest} {
		for _, tensor := range list {
			args = append(args, tensor)
		}
	}
	return exec.Call(args...)
}

// matrix lays vectors of one length over each other.
func matrix(width int, vectors ...[]int32) *tensors.Tensor {
	flat := make([]int32, 0, width*len(vectors))
	for _, vector := range vectors {
		flat = append(flat, vector...)
	}
	return tensors.FromFlatDataAndDimensions(flat, len(vectors), width)
}
