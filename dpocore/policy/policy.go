// Package policy is the model being trained, on a device: the frozen weights, a LoRA adapter and its optimizer. Or all weights are
// trained and there is no adapter; then the frozen weights are the reference, and everything said of the adapter is meant of the others.
//
// [Policy.Accumulate] adds a row's gradient, [Policy.Update] makes the step; [Policy.LogProbs] and [Policy.Reference]
// measure a row's answers with and without the adapter. A row goes through the model layer by layer; the layers share
// their graphs, which compile once for each shape of row. The beta of the loss, its label smoothing, the learning rate and
// the pairs' weights are inputs of the graphs, so that changing them compiles nothing.
package policy

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/typedgraph"
)

// Policy is a model with an adapter. It must not be used concurrently.
type Policy struct {
	Layout decoder.Layout

	backend compute.Backend
	weights *weights.Weights
	states  adamw.States[tensor] // in the order and of the shapes of Layout.Shapes
	updates int                  // optimizer steps so far
	scale   float64              // of the loss and of the accumulated gradients
	graphs  *graphs

	reference       []tensor  // the reference's adapter by layer; nil for the model alone
	referenceValues []float32 // the same on the host

	dropout     float64 // of the next row that is trained on, like its seed
	dropoutSeed uint64

	recompute bool // the backward pass computes each layer again
}

// New adds an adapter to a model, or trains all of it if layout is of all weights. adapter has the values of layout, or is empty for a
// policy that equals its model.
func New(backend compute.Backend, model *weights.Weights, layout decoder.Layout, adapter []float32) (*Policy, error) {
	p := &Policy{Layout: layout, backend: backend, weights: model, scale: 1}
	if layout.Whole() && len(adapter) == 0 {
		var err error
		if adapter, err = flatten(model.Tensors()); err != nil {
			return nil, fmt.Errorf("read the model's weights: %w", err)
		}
	}
	if model.Precision() == dtypes.Float16 {
		p.scale = HalfLossScale
	}
	if err := p.Restore(adapter, nil, nil, 0); err != nil {
		return nil, err
	}
	var err error
	p.graphs, err = graphsOf(backend, model, layout)
	return p, err
}

// Restore sets the adapter, the moments (nil for zeros) and the number of updates, as stored in a checkpoint, and drops the
// accumulated gradients. After an error the state is unchanged.
func (p *Policy) Restore(adapter, mean, variance []float32, updates int) error {
	for _, flat := range [][]float32{adapter, mean, variance} {
		if flat != nil && len(flat) != p.Layout.Size {
			return fmt.Errorf("the adapter has %d values where this model and rank need %d", len(flat), p.Layout.Size)
		}
	}
	shapes := p.Layout.Shapes(p.weights.Config.Layers)
	restored := make(adamw.States[tensor], len(shapes))
	begin := 0
	for i, dims := range shapes {
		state := &restored[i]
		for _, vector := range []struct {
			to   *tensor
			from []float32
		}{{&state.Trained, adapter}, {&state.Mean, mean}, {&state.Variance, variance}, {&state.Grads, nil}} {
			var err error
			if *vector.to, err = p.part(vector.from, begin, dims); err != nil {
				typedgraph.Free(restored)
				return err
			}
		}
		begin += state.Trained.Shape().Size()
	}
	typedgraph.Free(p.states)
	p.states, p.updates = restored, updates
	return nil
}

// Snapshot copies the state to the host.
func (p *Policy) Snapshot() (adapter, mean, variance []float32, err error) {
	size := p.Layout.Size // so that appending copies nothing
	adapter, mean, variance = make([]float32, 0, size), make([]float32, 0, size), make([]float32, 0, size)
	for _, state := range p.states {
		for _, vector := range []struct {
			from tensor
			to   *[]float32
		}{{state.Trained, &adapter}, {state.Mean, &mean}, {state.Variance, &variance}} {
			if *vector.to, err = appendValues(*vector.to, vector.from); err != nil {
				return nil, nil, nil, fmt.Errorf("read the adapter's state: %w", err)
			}
		}
	}
	return adapter, mean, variance, nil
}

// HalfLossScale is the initial loss scale of a policy in float16. Without one, small gradients of a layer's output would
// underflow to zero (Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740).
const HalfLossScale = 1024

// SetLossScale sets the factor of the loss in the backward pass, by which the adapter's gradients are divided before they
// are used: a power of two, so that no digit is lost. There must be no accumulated gradients.
func (p *Policy) SetLossScale(factor float64) { p.scale = factor }

// DropGradients sets the gradients accumulated since the last update to zero.
func (p *Policy) DropGradients() error {
	for i := range p.states {
		zero, err := p.part(nil, 0, p.states[i].Grads.Shape().Dimensions)
		if err != nil {
			return fmt.Errorf("drop the gradients: %w", err)
		}
		finalize(p.states[i].Grads)
		p.states[i].Grads = zero
	}
	return nil
}

// Recompute makes the backward pass compute each layer again from its input: a third more work, for memory that does not
// grow with the activations inside the layers (gradient checkpointing, Chen et al. 2016,
// https://arxiv.org/abs/1604.06174). All results stay bit-identical.
func (p *Policy) Recompute() { p.recompute = true }

// Drop sets the dropout of the rows that Accumulate gets from now on, a rate from 0 up to 1, and what it is drawn from. The same
// seed drops the same values. Measurements and the reference have no dropout.
func (p *Policy) Drop(rate float64, seed uint64) { p.dropout, p.dropoutSeed = rate, seed }

// dropoutOf are the inputs of layer i's dropout.
func (p *Policy) dropoutOf(i int) *dropout.Inputs[tensor] {
	return dropout.Of(p.dropout, dropout.MixSeed(p.dropoutSeed, uint64(i)))
}

// Updates is the number of optimizer steps so far.
func (p *Policy) Updates() int { return p.updates }

// Finalize frees all but the model's weights.
func (p *Policy) Finalize() {
	typedgraph.Free(p.states)
	finalize(p.reference...)
	kept.Release(p.graphs)
}

// part is a tensor of some shape with the values of a flat vector from begin on, on the device; zeros if flat is nil.
func (p *Policy) part(flat []float32, begin int, dims []int) (tensor, error) {
	part, err := tensors.FromShapeForBackend(p.backend, p.weights.Device(), shapes.Make(dtypes.Float32, dims...))
	if err != nil || flat == nil {
		return part, err
	}
	return part, part.MutableFlatData(func(dst any) { copy(dst.([]float32), flat[begin:]) })
}

// flatten copies tensors one after the other to the host.
func flatten(list []tensor) (flat []float32, err error) {
	for _, t := range list {
		if flat, err = appendValues(flat, t); err != nil {
			return nil, err
		}
	}
	return flat, nil
}

func appendValues(flat []float32, from tensor) ([]float32, error) {
	err := from.ConstFlatData(func(data any) { flat = append(flat, data.([]float32)...) })
	return flat, err
}

func finalize(list ...tensor) {
	for _, t := range list {
		if t != nil {
			t.MustFinalizeAll()
		}
	}
}
