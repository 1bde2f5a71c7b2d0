package policy

import (
	"errors"
	"fmt"

	"example.com/gonb-dpo/internal/typedgraph"
)

// SetReference makes the model with an adapter of the policy's layout the reference, as for a run that continues from an
// adapter; nil makes it the model alone.
func (p *Policy) SetReference(adapter []float32) error {
	switch {
	case adapter != nil && p.Layout.Whole():
		return errors.New("all weights are trained, so the reference can't have an adapter")
	case adapter != nil && len(adapter) != p.Layout.Size:
		return fmt.Errorf("the reference's adapter has %d values where this model and rank need %d", len(adapter), p.Layout.Size)
	}
	finalize(p.reference...)
	p.reference, p.referenceValues = nil, adapter
	if adapter == nil {
		return nil
	}
	for i := range p.states {
		vector, err := p.part(adapter, i*p.Layout.LayerSize, []int{p.Layout.LayerSize})
		if err != nil {
			return fmt.Errorf("set the reference's adapter: %w", err)
		}
		p.reference = append(p.reference, vector)
	}
	return nil
}

// reference runs all layers of the reference. With an adapter, if all weights are trained, and in a half precision in any case, it
// uses the policy's graph: XLA chooses where to round, and does so at different places in two different graphs.
func (s *pass) reference() error {
	adapters := s.policy.reference
	if adapters == nil && s.policy.weights.Precision().IsHalfPrecision() {
		zeros, err := s.policy.part(nil, 0, []int{s.policy.Layout.LayerSize})
		if err != nil {
			return err
		}
		defer finalize(zeros)
		for range s.policy.states {
			adapters = append(adapters, zeros)
		}
	}
	for i := range s.of.layers {
		output, err := s.referenceLayer(i, adapters)
		if err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		finalize(s.hidden)
		s.hidden = output
	}
	return nil
}

// referenceLayer is the output of layer i with its adapter, or without one if there are none.
func (s *pass) referenceLayer(i int, adapters []tensor) (tensor, error) {
	var adapter []tensor
	switch {
	case adapters != nil:
		adapter = adapters[i : i+1]
	case !s.policy.Layout.Whole():
		return s.baseLayer(i)
	}
	output, saved, err := s.layer(i, s.hidden, adapter)
	if err == nil {
		typedgraph.Free(saved)
	}
	return output, err
}
