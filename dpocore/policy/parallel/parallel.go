// Package parallel trains a policy on several devices at once: each processes other rows of a step. Start with [Spread].
package parallel

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// Devices is a policy on several devices, for data parallelism: each has the whole model and processes different rows; for
// a step their gradients are added. The first one is the policy that was copied; measurements are made on it.
type Devices []*policy.Policy

// Spread copies a policy, which is on the first device of its backend, to count devices in total.
func Spread(p *policy.Policy, count int) (Devices, error) {
	all := Devices{p}
	for device := compute.DeviceNum(1); int(device) < count; device++ {
		copied, err := p.On(device)
		if err != nil {
			all.FinalizeCopies()
			return nil, fmt.Errorf("spread the model over %d devices: %w", count, err)
		}
		all = append(all, copied)
	}
	return all, nil
}

// Each calls do for 0 to n-1 concurrently, on one device each, and returns the first error in that order. n is at most the
// number of devices.
func (d Devices) Each(n int, do func(i int, p *policy.Policy) error) error {
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

// Update is [policy.Policy.Update] with the gradients of all devices, which all get the new adapter.
func (d Devices) Update(learningRate, maxNorm float64, settings adamw.Settings) (gradNorm float64, err error) {
	for _, other := range d[1:] {
		if err := d[0].AddGradients(other); err != nil {
			return 0, fmt.Errorf("add up the devices' gradients: %w", err)
		}
	}
	if gradNorm, err = d[0].Update(learningRate, maxNorm, settings); err != nil || len(d) == 1 {
		return gradNorm, err
	}
	adapter, _, _, err := d[0].Snapshot()
	if err != nil {
		return 0, err
	}
	for _, other := range d[1:] {
		if err := other.Restore(adapter, nil, nil, d[0].Updates()); err != nil {
			return 0, fmt.Errorf("copy the adapter to the other devices: %w", err)
		}
	}
	return gradNorm, nil
}

// SetLossScale is [policy.Policy.SetLossScale] on all devices.
func (d Devices) SetLossScale(factor float64) {
	for _, p := range d {
		p.SetLossScale(factor)
	}
}

// DropGradients is [policy.Policy.DropGradients] on all devices.
func (d Devices) DropGradients() error {
	return d.Each(len(d), func(_ int, p *policy.Policy) error { return p.DropGradients() })
}

// FinalizeCopies frees all policies except the first.
func (d Devices) FinalizeCopies() {
	for _, copied := range d[min(1, len(d)):] {
		copied.FinalizeCopy()
	}
}
