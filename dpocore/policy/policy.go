// Package policy is the model being trained, on a device: the frozen weights, a LoRA adapter and its optimizer.
//
// [Policy.Accumulate] adds a row's gradient, [Policy.Update] makes the step; [Policy.LogProbs] and
// [Policy.Reference] measure a row's answers with the adapter on and off. Each is one compiled graph for each shape of
// row. The beta of the loss, its label smoothing, the learning rate and the pairs' weights are inputs of the graphs, so
// that changing them compiles nothing.
package policy

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/llama"
)

// Policy is a model with an adapter. It is for one goroutine at a time.
type Policy struct {
	Layout llama.Layout

	backend compute.Backend
	weights *llama.Weights
	state   State
	grads   *tensors.Tensor // [Layout.Size], the sum over the rows since the last update

	accumulate, update, logProbs, reference *graph.Exec
}

// State is all that training changes, each [Layout.Size]: the adapter and AdamW's two moments, and the number of
// updates made.
type State struct {
	Adapter, Mean, Variance *tensors.Tensor
	Updates                 int
}

// New puts an adapter on a model. adapter holds the values of layout, or is empty for a policy that equals its model.
func New(backend compute.Backend, weights *llama.Weights, layout llama.Layout, adapter []float32) (*Policy, error) {
	p := &Policy{Layout: layout, backend: backend, weights: weights}
	if err := p.Restore(adapter, nil, nil, 0); err != nil {
		return nil, err
	}
	return p, p.build()
}

// Restore sets the adapter, the moments (nil for zeros) and the number of updates, as a checkpoint holds them. Gradients
// gathered before are forgotten. After an error the state is that of before.
func (p *Policy) Restore(adapter, mean, variance []float32, updates int) error {
	var fresh [4]*tensors.Tensor
	for i, flat := range [4][]float32{adapter, mean, variance, nil} {
		tensor, err := p.vector(flat)
		if err != nil {
			State{fresh[0], fresh[1], fresh[2], 0}.finalize()
			return err
		}
		fresh[i] = tensor
	}
	p.state.finalize()
	if p.grads != nil {
		p.grads.MustFinalizeAll()
	}
	p.state = State{Adapter: fresh[0], Mean: fresh[1], Variance: fresh[2], Updates: updates}
	p.grads = fresh[3]
	return nil
}

// Snapshot copies the state to the host.
func (p *Policy) Snapshot() (adapter, mean, variance []float32, err error) {
	for _, vector := range []struct {
		from *tensors.Tensor
		to   *[]float32
	}{{p.state.Adapter, &adapter}, {p.state.Mean, &mean}, {p.state.Variance, &variance}} {
		if *vector.to, err = values(vector.from); err != nil {
			return nil, nil, nil, fmt.Errorf("read the adapter's state: %w", err)
		}
	}
	return adapter, mean, variance, nil
}

// Updates is the number of optimizer steps made.
func (p *Policy) Updates() int { return p.state.Updates }

// Finalize frees all but the weights.
func (p *Policy) Finalize() {
	p.state.finalize()
	p.grads.MustFinalizeAll()
	for _, exec := range []*graph.Exec{p.accumulate, p.update, p.logProbs, p.reference} {
		exec.Finalize()
	}
}

func (s State) finalize() {
	for _, tensor := range []*tensors.Tensor{s.Adapter, s.Mean, s.Variance} {
		if tensor != nil {
			tensor.MustFinalizeAll()
		}
	}
}

// vector is a tensor of the layout's size on the device; without values it is zero.
func (p *Policy) vector(flat []float32) (*tensors.Tensor, error) {
	if flat != nil && len(flat) != p.Layout.Size {
		return nil, fmt.Errorf("the adapter has %d values where this model and rank need %d", len(flat), p.Layout.Size)
	}
	tensor, err := tensors.FromShapeForBackend(p.backend, 0, shapes.Make(dtypes.Float32, p.Layout.Size))
	if err != nil {
		return nil, err
	}
	return tensor, tensor.MutableFlatData(func(dst any) { copy(dst.([]float32), flat) })
}

// rowTensors are a row's vectors as two tensors, [4, tokens] and [3, answers].
func rowTensors(row *batch.Row) (tokens, answers *tensors.Tensor) {
	join := func(width int, vectors ...[]int32) *tensors.Tensor {
		flat := make([]int32, 0, width*len(vectors))
		for _, vector := range vectors {
			flat = append(flat, vector...)
		}
		return tensors.FromFlatDataAndDimensions(flat, len(vectors), width)
	}
	tokens = join(row.Shape.Tokens, row.Tokens, row.Pair, row.Branch, row.Position)
	answers = join(row.Shape.Answers, row.Source, row.Target, row.Owner)
	return tokens, answers
}

func values(tensor *tensors.Tensor) (flat []float32, err error) {
	err = tensor.ConstFlatData(func(data any) { flat = append(flat, data.([]float32)...) })
	return flat, err
}
