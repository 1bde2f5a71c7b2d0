package policy

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
)

// Devices is one policy on several devices, in data parallel: each has the whole model and goes through rows of its own;
// for a step their gradients are added up. The first is the policy that was spread, and what it measures is measured there.
type Devices []*Policy

// Spread copies a policy, which is on the first device of its backend, to further ones, so that it is on count.
func Spread(p *Policy, count int) (Devices, error) {
	all := Devices{p}
	for device := compute.DeviceNum(1); int(device) < count; device++ {
		copied, err := p.on(device)
		if err != nil {
			all.FinalizeCopies()
			return nil, fmt.Errorf("spread the model over %d devices: %w", count, err)
		}
		all = append(all, copied)
	}
	return all, nil
}

// on copies a policy to another device. The copy has the graphs of the first.
func (p *Policy) on(device compute.DeviceNum) (*Policy, error) {
	weights, err := p.weights.On(device)
	if err != nil {
		return nil, err
	}
	copied := &Policy{Layout: p.Layout, backend: p.backend, weights: weights, graphs: p.graphs, recompute: p.recompute, scale: p.scale}
	adapter, mean, variance, err := p.Snapshot()
	if err == nil {
		err = copied.Restore(adapter, mean, variance, p.updates)
	}
	if err != nil {
		weights.Finalize()
		return nil, err
	}
	return copied, nil
}

// Each calls do for the numbers from 0 to n-1, at the same time on as many devices, and returns the first error in their
// order. n is at most the number of devices.
func (d Devices) Each(n int, do func(i int, p *Policy) error) error {
	failed := make([]error, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() { failed[i] = do(i, d[i]) })
	}
	running.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// Update is [Policy.Update] with the gradients of all devices, which then have the adapter that it makes.
func (d Devices) Update(learningRate, maxNorm float64) (gradNorm float64, err error) {
	for _, other := range d[1:] {
		if err := d[0].take(other); err != nil {
			return 0, fmt.Errorf("add up the devices' gradients: %w", err)
		}
	}
	if gradNorm, err = d[0].Update(learningRate, maxNorm); err != nil || len(d) == 1 {
		return gradNorm, err
	}
	adapter, _, _, err := d[0].Snapshot()
	if err != nil {
		return 0, err
	}
	for _, other := range d[1:] {
		if err := other.Restore(adapter, nil, nil, d[0].updates); err != nil {
			return 0, fmt.Errorf("hand the adapter to the other devices: %w", err)
		}
	}
	return gradNorm, nil
}

// take adds another device's gradients to the policy's own.
func (p *Policy) take(other *Policy) error {
	for i, layer := range other.layers {
		flat, err := appendValues(nil, layer.grads)
		if err != nil {
			return err
		}
		theirs := tensors.FromFlatDataAndDimensions(flat, len(flat))
		outputs, err := call(p.graphs.add, nil, p.layers[i].grads, theirs)
		finalize(theirs)
		if err != nil {
			return err
		}
		finalize(p.layers[i].grads)
		p.layers[i].grads = outputs[0]
	}
	return nil
}

// SetLossScale is [Policy.SetLossScale] on all devices.
func (d Devices) SetLossScale(factor float64) {
	for _, p := range d {
		p.SetLossScale(factor)
	}
}

// DropGradients is [Policy.DropGradients] on all devices.
func (d Devices) DropGradients() error {
	return d.Each(len(d), func(_ int, p *Policy) error { return p.DropGradients() })
}

// FinalizeCopies frees all but the first policy.
func (d Devices) FinalizeCopies() {
	for _, copied := range d[min(1, len(d)):] {
		finalizeLayers(copied.layers)
		copied.weights.Finalize()
	}
}
