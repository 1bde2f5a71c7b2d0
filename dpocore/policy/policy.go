// Package policy is the model being trained, on a device: the frozen weights, a LoRA adapter and its optimizer.
//
// [Policy.Accumulate] adds a row's gradient, [Policy.Update] makes the step; [Policy.LogProbs] and
// [Policy.Reference] measure a row's answers with the adapter on and off. A row goes through the model layer by layer;
// the layers share their graphs, which compile once for each shape of row. The beta of the loss, its label smoothing,
// the learning rate and the pairs' weights are inputs of the graphs, so that changing them compiles nothing.
package policy

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/llama"
)

// Policy is a model with an adapter. It is for one goroutine at a time.
type Policy struct {
	Layout llama.Layout

	backend compute.Backend
	weights *llama.Weights
	layers  []layerState
	updates int     // optimizer steps made
	scale   float64 // of the loss and of the gradients gathered
	graphs  *graphs

	recompute bool // the way back computes each layer again
}

// layerState is all that training changes in a layer, each [Layout.LayerSize]: its part of the adapter, AdamW's two
// moments, and the sum of the gradients over the rows since the last update, times the loss scale.
type layerState struct {
	adapter, mean, variance, grads *tensors.Tensor
}

// New puts an adapter on a model. adapter holds the values of layout, or is empty for a policy that equals its model.
func New(backend compute.Backend, weights *llama.Weights, layout llama.Layout, adapter []float32) (*Policy, error) {
	p := &Policy{Layout: layout, backend: backend, weights: weights, graphs: &graphs{}, scale: 1}
	if weights.Narrowed() {
		p.scale = HalfLossScale
	}
	if err := p.Restore(adapter, nil, nil, 0); err != nil {
		return nil, err
	}
	return p, p.build()
}

// Restore sets the adapter, the moments (nil for zeros) and the number of updates, as a checkpoint holds them. Gradients
// gathered before are forgotten. After an error the state is that of before.
func (p *Policy) Restore(adapter, mean, variance []float32, updates int) error {
	for _, flat := range [][]float32{adapter, mean, variance} {
		if flat != nil && len(flat) != p.Layout.Size {
			return fmt.Errorf("the adapter has %d values where this model and rank need %d", len(flat), p.Layout.Size)
		}
	}
	fresh := make([]layerState, p.weights.Config.Layers)
	for i := range fresh {
		layer := &fresh[i]
		for _, vector := range []struct {
			to   **tensors.Tensor
			from []float32
		}{{&layer.adapter, adapter}, {&layer.mean, mean}, {&layer.variance, variance}, {&layer.grads, nil}} {
			var err error
			if *vector.to, err = p.vector(vector.from, i); err != nil {
				finalizeLayers(fresh)
				return err
			}
		}
	}
	finalizeLayers(p.layers)
	p.layers, p.updates = fresh, updates
	return nil
}

// Snapshot copies the state to the host.
func (p *Policy) Snapshot() (adapter, mean, variance []float32, err error) {
	for _, layer := range p.layers {
		for _, vector := range []struct {
			from *tensors.Tensor
			to   *[]float32
		}{{layer.adapter, &adapter}, {layer.mean, &mean}, {layer.variance, &variance}} {
			if *vector.to, err = appendValues(*vector.to, vector.from); err != nil {
				return nil, nil, nil, fmt.Errorf("read the adapter's state: %w", err)
			}
		}
	}
	return adapter, mean, variance, nil
}

// HalfLossScale is the factor of the loss that a policy in half precision begins with. Without one small gradients of a
// layer's output would be zero in it (Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740).
const HalfLossScale = 1024

// SetLossScale sets the factor by which the loss is multiplied on the way back through the layers, and by which the
// adapter's gradients are divided before they are used: a power of two, so that no digit is lost. No gradients may have
// been gathered.
func (p *Policy) SetLossScale(factor float64) { p.scale = factor }

// DropGradients forgets what was gathered since the last update.
func (p *Policy) DropGradients() error {
	for i := range p.layers {
		zero, err := p.vector(nil, i)
		if err != nil {
			return fmt.Errorf("drop the gradients: %w", err)
		}
		finalize(p.layers[i].grads)
		p.layers[i].grads = zero
	}
	return nil
}

// Recompute makes the way back compute each layer again from its input: a third more work, for memory that grows no
// longer with what lies between a layer's products (gradient checkpointing, Chen et al. 2016,
// https://arxiv.org/abs/1604.06174). The figures stay the same to the bit.
func (p *Policy) Recompute() { p.recompute = true }

// Updates is the number of optimizer steps made.
func (p *Policy) Updates() int { return p.updates }

// Finalize frees all but the weights.
func (p *Policy) Finalize() {
	finalizeLayers(p.layers)
	p.graphs.finalize()
}

func finalizeLayers(layers []layerState) {
	for _, layer := range layers {
		finalize(layer.adapter, layer.mean, layer.variance, layer.grads)
	}
}

// vector is a layer's part of a flat vector, on the device; without values it is zero.
func (p *Policy) vector(flat []float32, layer int) (*tensors.Tensor, error) {
	size := p.Layout.LayerSize
	tensor, err := tensors.FromShapeForBackend(p.backend, p.weights.Device(), shapes.Make(dtypes.Float32, size))
	if err != nil || flat == nil {
		return tensor, err
	}
	return tensor, tensor.MutableFlatData(func(dst any) { copy(dst.([]float32), flat[layer*size:(layer+1)*size]) })
}

func appendValues(flat []float32, tensor *tensors.Tensor) ([]float32, error) {
	err := tensor.ConstFlatData(func(data any) { flat = append(flat, data.([]float32)...) })
	return flat, err
}

func finalize(list ...*tensors.Tensor) {
	for _, tensor := range list {
		if tensor != nil {
			tensor.MustFinalizeAll()
		}
	}
}
