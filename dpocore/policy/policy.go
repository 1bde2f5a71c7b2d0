// Package policy is the model being trained, on a device: the frozen weights, a LoRA adapter and its optimizer.
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
	layers  adamw.States[tensor]
	updates int     // optimizer steps so far
	scale   float64 // of the loss and of the accumulated gradients
	graphs  *graphs

	reference       []tensor  // the reference's adapter by layer; nil for the model alone
	referenceValues []float32 // the same on the host

	dropout     float64 // of the next row that is trained on, like its seed
	dropoutSeed uint64

	recompute bool // the backward pass computes each layer again
}

// New adds an adapter to a model. adapter has the values of layout, or is empty for a policy that equals its model.
func New(backend compute.Backend, model *weights.Weights, layout decoder.Layout, adapter []float32) (*Policy, error) {
	p := &Policy{Layout: layout, backend: backend, weights: model, scale: 1}
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
	restored := make(adamw.States[tensor], p.weights.Config.Layers)
	for i := range restored {
		layer := &restored[i]
		for _, vector := range []struct {
			to   *tensor
			from []float32
		}{{&layer.Adapter, adapter}, {&layer.Mean, mean}, {&layer.Variance, variance}, {&layer.Grads, nil}} {
			var err error
			if *vector.to, err = p.vector(vector.from, i); err != nil {
				finalizeLayers(restored)
				return err
			}
		}
	}
	finalizeLayers(p.layers)
	p.layers, p.updates = restored, updates
	return nil
}

// Snapshot copies the state to the host.
func (p *Policy) Snapshot() (adapter, mean, variance []float32, err error) {
	size := p.Layout.Size // so that appending copies nothing
	adapter, mean, variance = make([]float32, 0, size), make([]float32, 0, size), make([]float32, 0, size)
	for _, layer := range p.layers {
		for _, vector := range []struct {
			from tensor
			to   *[]float32
		}{{layer.Adapter, &adapter}, {layer.Mean, &mean}, {layer.Variance, &variance}} {
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
	for i := range p.layers {
		zero, err := p.vector(nil, i)
		if err != nil {
			return fmt.Errorf("drop the gradients: %w", err)
		}
		finalize(p.layers[i].Grads)
		p.layers[i].Grads = zero
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

// Finalize frees all but the weights.
func (p *Policy) Finalize() {
	finalizeLayers(p.layers)
	finalize(p.reference...)
	kept.Release(p.graphs)
}

func finalizeLayers(layers adamw.States[tensor]) { typedgraph.Free(layers) }

// vector is a layer's part [LayerSize] of a flat vector, on the device; zeros if flat is nil.
func (p *Policy) vector(flat []float32, layer int) (tensor, error) {
	size := p.Layout.LayerSize
	part, err := tensors.FromShapeForBackend(p.backend, p.weights.Device(), shapes.Make(dtypes.Float32, size))
	if err != nil || flat == nil {
		return part, err
	}
	return part, part.MutableFlatData(func(dst any) { copy(dst.([]float32), flat[layer*size:(layer+1)*size]) })
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
