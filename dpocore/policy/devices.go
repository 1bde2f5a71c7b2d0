package policy

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/internal/typedgraph"
)

// On copies a policy to another device. The copy shares its graphs; [Policy.FinalizeCopy] frees it.
func (p *Policy) On(device compute.DeviceNum) (*Policy, error) {
	weights, err := p.weights.On(device)
	if err != nil {
		return nil, err
	}
	copied := &Policy{Layout: p.Layout, backend: p.backend, weights: weights, graphs: p.graphs, recompute: p.recompute, scale: p.scale}
	adapter, mean, variance, err := p.Snapshot()
	if err == nil {
		err = copied.Restore(adapter, mean, variance, p.updates)
	}
	if err == nil {
		err = copied.SetReference(p.referenceValues)
	}
	if err != nil {
		weights.Finalize()
		return nil, err
	}
	return copied, nil
}

// AddGradients adds another device's gradients to the policy's.
func (p *Policy) AddGradients(other *Policy) error {
	for i, state := range other.states {
		flat, err := appendValues(nil, state.Grads)
		if err != nil {
			return err
		}
		theirs := tensors.FromFlatDataAndDimensions(flat, state.Grads.Shape().Dimensions...)
		sum, err := p.sum(p.states[i].Grads, theirs)
		finalize(theirs)
		if err != nil {
			return err
		}
		finalize(p.states[i].Grads)
		p.states[i].Grads = sum
	}
	return nil
}

// sum is the sum of two tensors of a shape.
func (p *Policy) sum(a, b tensor) (tensor, error) {
	var out single[tensor]
	err := p.graphs.add.Call(vectors[tensor]{a, b}, &out)
	return out.value, err
}

// FinalizeCopy frees a copy on another device, with its weights. The graphs are the first one's.
func (p *Policy) FinalizeCopy() {
	typedgraph.Free(p.states)
	finalize(p.reference...)
	p.weights.Finalize()
}
