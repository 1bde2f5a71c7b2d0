package policy

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/typedgraph"
)

// clipEpsilon avoids a division by zero in gradient clipping, as in PyTorch's clip_grad_norm_.
const clipEpsilon = 1e-6

// Loss is the loss of a pair.
type Loss struct {
	Type string // one of loss.Types
	Scalars
}

// Scalars are the numbers that a loss depends on. An SFTWeight of 0 is no SFT term.
type Scalars = loss.Scalars[float64]

// Accumulate adds the gradients of a row's Σ weight·loss, given the reference's log-probabilities of its pairs, and returns
// what it measured. Nothing else changes: until Update, the state is that of the last step.
func (p *Policy) Accumulate(row *batch.Row, reference [][2]float32, weights []float32, loss Loss) (Measured, error) {
	if n := len(row.Examples); len(reference) != n || len(weights) != n {
		return Measured{}, fmt.Errorf("compute a row's gradient: it has %d pairs, %d reference log-probabilities and %d weights",
			n, len(reference), len(weights))
	}
	measured, err := p.accumulate(row, reference, weights, loss)
	if err != nil {
		return Measured{}, fmt.Errorf("compute a row's gradient: %w", err)
	}
	return measured, nil
}

func (p *Policy) accumulate(row *batch.Row, reference [][2]float32, weights []float32, loss Loss) (Measured, error) {
	s, err := p.through(row, func(s *pass) error { return s.forward(true) })
	if err != nil {
		return Measured{}, err
	}
	defer s.leave()
	scaled := make([]float32, len(weights))
	for i, weight := range weights {
		scaled[i] = weight * float32(p.scale)
	}
	out, err := s.compare(row.Shape.Pairs, reference, scaled, loss, comparison{lossType: loss.Type, gradient: true}, nil)
	if err != nil {
		return Measured{}, err
	}
	gradHidden := out.gradHidden
	out.gradHidden = nil // backward frees it
	defer typedgraph.Free(out)
	grads, err := s.backward(gradHidden)
	if err != nil {
		return Measured{}, err
	}
	for i := range p.layers {
		finalize(p.layers[i].grads)
		p.layers[i].grads = grads[i]
	}
	return read(row, out.measureOutputs, out.losses)
}

// Update makes one step of AdamW with the gradients accumulated since the last, clipped to a norm of maxNorm, and returns
// their norm before clipping. If that is not finite, nothing changes; if the adapter's norm would not be, nothing changes
// and the error is ErrNotFinite.
func (p *Policy) Update(learningRate, maxNorm float64) (gradNorm float64, err error) {
	if gradNorm, err = p.gradNorm(); err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	if !finite.Is(gradNorm) {
		return gradNorm, nil
	}
	next, err := p.updated(learningRate, min(1, maxNorm/(gradNorm+clipEpsilon)))
	if err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	norm, err := p.norm(next, func(l layerState[tensor]) tensor { return l.adapter })
	if err != nil || !finite.Is(norm) {
		finalizeLayers(next)
		return gradNorm, fmt.Errorf("update the adapter: %w", cmp.Or(err, ErrNotFinite))
	}
	finalizeLayers(p.layers)
	p.layers = next
	p.updates++
	return gradNorm, nil
}

// updated returns the layers after a step of AdamW with the gradients times clip.
func (p *Policy) updated(learningRate, clip float64) ([]layerState[tensor], error) {
	t := float64(p.updates + 1)
	scalars := updateScalars[tensor]{scalar(learningRate), scalar(clip / p.scale),
		scalar(1 - math.Pow(beta1, t)), scalar(1 - math.Pow(beta2, t))}
	defer typedgraph.Free(&scalars)
	next := make([]layerState[tensor], len(p.layers))
	for i, state := range p.layers {
		if err := p.graphs.update.Call(&updateInputs[tensor]{state, scalars}, &next[i]); err != nil {
			finalizeLayers(next)
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return next, nil
}

// ErrNotFinite is the error of an update that was not made.
var ErrNotFinite = errors.New("its norm would not be a finite number")

// NotFinite names the first tensor of the adapter whose accumulated gradient is not finite; "" if all are finite.
func (p *Policy) NotFinite() (name string, err error) {
	norm, err := p.gradNorm()
	if err != nil || finite.Is(norm) {
		return "", err
	}
	for i, layer := range p.layers {
		flat, err := appendValues(nil, layer.grads)
		if err != nil {
			return "", err
		}
		for _, factor := range p.Layout.Factors {
			begin := factor.Offset - i*p.Layout.LayerSize
			if begin < 0 || begin >= p.Layout.LayerSize {
				continue
			}
			for _, value := range flat[begin : begin+factor.Size()] {
				if !finite.Is(float64(value)) {
					return factor.Name, nil
				}
			}
		}
	}
	return "all factors together", nil // each is finite, but the sum of their squares is not
}

func (p *Policy) gradNorm() (float64, error) {
	norm, err := p.norm(p.layers, func(l layerState[tensor]) tensor { return l.grads })
	return norm / p.scale, err
}

// norm is the Euclidean norm of one vector of all layers.
func (p *Policy) norm(layers []layerState[tensor], of func(layerState[tensor]) tensor) (float64, error) {
	vectors := make(layerVectors[tensor], len(layers))
	for i, layer := range layers {
		vectors[i] = of(layer)
	}
	var out single[tensor]
	if err := p.graphs.norm.Call(vectors, &out); err != nil {
		return 0, err
	}
	defer finalize(out.value)
	norm, err := appendValues(nil, out.value)
	if err != nil {
		return 0, err
	}
	return float64(norm[0]), nil
}
