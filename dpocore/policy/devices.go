package policy

import "github.com/gomlx/compute"

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
	for i, layer := range other.layers {
		flat, err := appendValues(nil, layer.Grads)
		if err != nil {
			return err
		}
		theirs := vector(flat)
		var sum single[tensor]
		err = p.graphs.add.Call(layerVectors[tensor]{p.layers[i].Grads, theirs}, &sum)
		finalize(theirs)
		if err != nil {
			return err
		}
		finalize(p.layers[i].Grads)
		p.layers[i].Grads = sum.value
	}
	return nil
}

// FinalizeCopy frees a copy on another device, with its weights. The graphs are the first one's.
func (p *Policy) FinalizeCopy() {
	finalizeLayers(p.layers)
	finalize(p.reference...)
	p.weights.Finalize()
}
