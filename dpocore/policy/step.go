package policy

import (
	"cmp"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/typedgraph"
)

// clipEpsilon avoids a division by zero in gradient clipping, as in PyTorch's clip_grad_norm_.
const clipEpsilon = 1e-6

// Loss is the loss of a pair.
type Loss struct {
	Type string // see loss.Check
	Scalars
}

// Scalars are the numbers that a loss depends on.
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
	out, err := s.compare(row.Shape.Pairs, reference, scaled, loss, loss.comparison(true, false), nil)
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
		finalize(p.layers[i].Grads)
		p.layers[i].Grads = grads[i]
	}
	return readCompared(row, out)
}

// Update makes one step of AdamW with the gradients accumulated since the last, clipped to a norm of maxNorm, and returns
// their norm before clipping. If that is not finite, nothing changes; if the adapter's norm would not be, nothing changes
// and the error is ErrNotFinite.
func (p *Policy) Update(learningRate, maxNorm float64, settings adamw.Settings) (gradNorm float64, err error) {
	if gradNorm, err = p.gradNorm(); err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	if !finite.Is(gradNorm) {
		return gradNorm, nil
	}
	next, norm, err := p.updated(learningRate, min(1, maxNorm/(gradNorm+clipEpsilon)), settings)
	if err != nil || !finite.Is(norm) {
		finalizeLayers(next)
		return gradNorm, fmt.Errorf("update the adapter: %w", cmp.Or(err, ErrNotFinite))
	}
	finalizeLayers(p.layers)
	p.layers = next
	p.updates++
	return gradNorm, nil
}

// updated returns the layers after a step of AdamW with the gradients times clip, and the norm of their adapter.
func (p *Policy) updated(learningRate, clip float64, settings adamw.Settings) (layers adamw.States[tensor], norm float64, err error) {
	in := &adamw.Inputs[tensor]{Layers: p.layers, Scalars: settings.ScalarsOf(p.updates+1, learningRate, clip/p.scale), B: settings.ScalarsOfB(learningRate)}
	defer typedgraph.Free(&in.Scalars)
	update := p.graphs.update.same
	if in.B != nil {
		update = p.graphs.update.plus
		defer typedgraph.Free(in.B)
	}
	out := &adamw.Outputs[tensor]{Layers: make(adamw.States[tensor], len(p.layers))}
	if err := update.Call(in, out); err != nil {
		return nil, 0, err
	}
	defer finalize(out.Norm)
	norm, err = first(out.Norm)
	return out.Layers, norm, err
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
		flat, err := appendValues(nil, layer.Grads)
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

// gradNorm is the Euclidean norm of the accumulated gradients.
func (p *Policy) gradNorm() (float64, error) {
	var grads layerVectors[tensor]
	for _, layer := range p.layers {
		grads = append(grads, layer.Grads)
	}
	var out single[tensor]
	if err := p.graphs.norm.Call(grads, &out); err != nil {
		return 0, err
	}
	defer finalize(out.value)
	norm, err := first(out.value)
	return norm / p.scale, err
}

// first returns the value of a scalar.
func first(scalar tensor) (float64, error) {
	values, err := appendValues(nil, scalar)
	if err != nil {
		return 0, err
	}
	return float64(values[0]), nil
}
