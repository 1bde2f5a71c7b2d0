package policy

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
)

// pass is a row on its way through the layers.
type pass struct {
	policy  *Policy
	answers *tensors.Tensor   // [3, answers]
	places  []*tensors.Tensor // cosines, sines and bias, for all layers alike
	trace   []trace           // of the layers passed, for the way back
	hidden  *tensors.Tensor   // [tokens, hidden], the last output
}

// trace is what a layer's way back needs: its input, and what its graph kept, unless that is computed again.
type trace struct {
	input *tensors.Tensor
	kept  []*tensors.Tensor
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

// reference goes through all layers without the adapter. In a half precision it takes the policy's graph with an adapter
// of zeros: XLA rounds where it likes, and in two graphs of different form not at the same places.
func (s *pass) reference() error {
	exec, zeros := s.policy.graphs.forwardBase, []*tensors.Tensor(nil)
	if s.policy.weights.Narrowed() {
		zero, err := s.policy.vector(nil, 0)
		if err != nil {
			return err
		}
		defer finalize(zero)
		exec, zeros = s.policy.graphs.forward, []*tensors.Tensor{zero}
	}
	for i := range s.policy.layers {
		outputs, err := s.call(exec, slices.Concat(s.policy.weights.Layer(i), zeros), s.hidden)
		if err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		finalize(append(outputs[1:], s.hidden)...)
		s.hidden = outputs[0]
	}
	return nil
}

// forward goes through all layers with the adapter, and keeps a trace for the way back or not.
func (s *pass) forward(withTrace bool) error {
	for i := range s.policy.layers {
		output, kept, err := s.layer(i, s.hidden)
		if err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		switch {
		case !withTrace:
			finalize(append(kept, s.hidden)...)
		case s.policy.recompute:
			finalize(kept...)
			s.trace = append(s.trace, trace{input: s.hidden})
		default:
			s.trace = append(s.trace, trace{s.hidden, kept})
		}
		s.hidden = output
	}
	return nil
}

func (s *pass) withoutTrace() error { return s.forward(false) }

// layer is a layer's output, and what its way back needs.
func (s *pass) layer(i int, input *tensors.Tensor) (output *tensors.Tensor, kept []*tensors.Tensor, err error) {
	outputs, err := s.call(s.policy.graphs.forward, s.policy.adapted(i), input)
	if err != nil {
		return nil, nil, err
	}
	return outputs[0], outputs[1:], nil
}

// backward goes through the layers from the last to the first with the gradient by the last one's output, which it
// frees, and returns the layers' gradients, old and new together.
func (s *pass) backward(slope *tensors.Tensor) (grads []*tensors.Tensor, err error) {
	defer func() { finalize(slope) }()
	layers := s.policy.layers
	grads = make([]*tensors.Tensor, len(layers))
	for i := len(layers) - 1; i >= 0; i-- {
		own, by, err := s.back(i, slope)
		if err != nil {
			finalize(grads...)
			return nil, fmt.Errorf("layer %d, backward: %w", i, err)
		}
		finalize(slope)
		grads[i], slope = own, by
	}
	return grads, nil
}

// back goes back through layer i, the last of the trace, and forgets what was kept of it.
func (s *pass) back(i int, slope *tensors.Tensor) (grads, by *tensors.Tensor, err error) {
	t := s.trace[i]
	if t.kept == nil {
		var output *tensors.Tensor
		if output, t.kept, err = s.layer(i, t.input); err != nil {
			return nil, nil, err
		}
		finalize(output)
	}
	defer t.free()
	s.trace = s.trace[:i]
	args := append(append([]*tensors.Tensor{t.input}, t.kept...), slope, s.policy.layers[i].grads)
	outputs, err := s.call(s.policy.graphs.backward, s.policy.adapted(i), args...)
	if err != nil {
		return nil, nil, err
	}
	return outputs[0], outputs[1], nil
}

func (t trace) free() { finalize(append(t.kept, t.input)...) }

// adapted are layer i's weights and its part of the adapter.
func (p *Policy) adapted(i int) []*tensors.Tensor {
	weights := p.weights.Layer(i)
	return append(weights[:len(weights):len(weights)], p.layers[i].adapter)
}

func (s *pass) leave() {
	finalize(s.answers, s.hidden)
	finalize(s.places...)
	for _, t := range s.trace {
		t.free()
	}
}

// call runs a layer's graph.
func (s *pass) call(exec *graph.Exec, weights []*tensors.Tensor, rest ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	return call(exec, weights, append(s.places[:3:3], rest...)...)
}

// call runs a graph on tensors, on the device where the first of them that is on one lies.
func call(exec *graph.Exec, first []*tensors.Tensor, rest ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	args := make([]any, 0, len(first)+len(rest))
	device, found := compute.DeviceNum(0), false
	for _, list := range [][]*tensors.Tensor{first, rest} {
		for _, tensor := range list {
			args = append(args, tensor)
			if found || !tensor.IsOnAnyDevice() {
				continue
			}
			var err error
			if device, err = tensor.Device(); err != nil {
				return nil, err
			}
			found = true
		}
	}
	// gomlx v0.28.2's Exec.CallOnDevice runs on device 0, whichever is named.
	outputs, _, err := exec.CallWithGraphOnDevice(device, args...)
	return outputs, err
}

// matrix lays vectors of one length over each other.
func matrix(width int, vectors ...[]int32) *tensors.Tensor {
	flat := make([]int32, 0, width*len(vectors))
	for _, vector := range vectors {
		flat = append(flat, vector...)
	}
	return tensors.FromFlatDataAndDimensions(flat, len(vectors), width)
}
