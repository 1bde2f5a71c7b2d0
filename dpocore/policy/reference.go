package policy

import (
	"fmt"

	"example.com/gonb-dpo/internal/typedgraph"
)

// SetReference makes the model with an adapter of the policy's layout the reference, as for a run that continues from an
// adapter; nil makes it the model alone.
func (p *Policy) SetReference(adapter []float32) error {
	if adapter != nil && len(adapter) != p.Layout.Size {
		return fmt.Errorf("the reference's adapter has %d values where this model and rank need %d", len(adapter), p.Layout.Size)
	}
	finalize(p.reference...)
	p.reference, p.referenceValues = nil, adapter
	if adapter == nil {
		return nil
	}
	for i := range p.layers {
		vector, err := p.vector(adapter, i)
		if err != nil {
			return fmt.Errorf("set the reference's adapter: %w", err)
		}
		p.reference = append(p.reference, vector)
	}
	return nil
}

// reference runs all layers of the reference. With an adapter, and in a half precision even without one, it uses the
// policy's graph: XLA chooses where to round, and does so at different places in two different graphs.
func (s *pass) reference() error {
	adapters := s.policy.reference
	if adapters == nil && s.policy.weights.Precision().IsHalfPrecision() {
		zeros, err := s.policy.vector(nil, 0)
		if err != nil {
			return err
		}
		defer finalize(zeros)
		for range s.policy.layers {
			adapters = append(adapters, zeros)
		}
	}
	for i := range s.policy.layers {
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
	if adapters == nil {
		return s.baseLayer(i)
	}
	output, saved, err := s.layer(i, s.hidden, adapters[i])
	if err == nil {
		typedgraph.Free(saved)
	}
	return output, err
}
