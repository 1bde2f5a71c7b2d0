package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

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
	s, err := p.through(row, p.trained(), func(s *pass) error { return s.forward(true) })
	if err != nil {
		return Measured{}, err
	}
	defer s.leave()
	scaled := make([]float32, len(weights))
	for i, weight := range weights {
		scaled[i] = weight * float32(p.scale)
	}
	kind := loss.comparison(true, false)
	kind.End = p.Layout.Whole()
	out, err := s.compare(row.Shape.Pairs, reference, scaled, loss, kind, nil)
	if err != nil {
		return Measured{}, err
	}
	defer typedgraph.Free(out)
	grads, err := s.backward(out)
	if err != nil {
		return Measured{}, err
	}
	for i := range p.states {
		finalize(p.states[i].Grads)
		p.states[i].Grads = grads[i]
	}
	return readCompared(row, out)
}

// Update makes one step of AdamW with the gradients accumulated since the last, clipped to a norm of maxNorm, and returns
// their norm before clipping. If that is not finite, nothing changes; if the adapter's norm would not be, nothing changes
// and the error is ErrNotFinite. Of all weights, those before the one whose norm would not be finite have then changed.
func (p *Policy) Update(learningRate, maxNorm float64, settings adamw.Settings) (gradNorm float64, err error) {
	if gradNorm, err = p.gradNorm(); err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	if !finite.Is(gradNorm) {
		return gradNorm, nil
	}
	for part := range slices.Chunk(p.states, p.graphs.updated()) {
		next, norm, err := p.updated(part, learningRate, min(1, maxNorm/(gradNorm+clipEpsilon)), settings)
		if err != nil || !finite.Is(norm) {
			typedgraph.Free(next)
			return gradNorm, fmt.Errorf("update the adapter: %w", cmp.Or(err, ErrNotFinite))
		}
		typedgraph.Free(part)
		copy(part, next)
	}
	p.updates++
	return gradNorm, nil
}

// updated returns states after a step of AdamW with the gradients times clip, and the norm of what is trained. Norms and biases, as
// transformers has it, do not decay.
func (p *Policy) updated(states adamw.States[tensor], learningRate, clip float64, settings adamw.Settings) (next adamw.States[tensor], norm float64, err error) {
	if p.Layout.Whole() && states[0].Trained.Rank() == 1 {
		settings.WeightDecay = 0
	}
	in := &adamw.Inputs[tensor]{Layers: states, Scalars: settings.ScalarsOf(p.updates+1, learningRate, clip/p.scale), B: settings.ScalarsOfB(learningRate)}
	defer typedgraph.Free(&in.Scalars)
	update := p.graphs.update.same
	if in.B != nil {
		update = p.graphs.update.plus
		defer typedgraph.Free(in.B)
	}
	out := &adamw.Outputs[tensor]{Layers: make(adamw.States[tensor], len(states))}
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
	begin := 0
	for _, state := range p.states {
		flat, err := appendValues(nil, state.Grads)
		if err != nil {
			return "", err
		}
		if at := slices.IndexFunc(flat, func(value float32) bool { return !finite.Is(float64(value)) }); at >= 0 {
			return p.Layout.NameAt(begin + at), nil
		}
		begin += len(flat)
	}
	return "all tensors together", nil // each is finite, but the sum of their squares is not
}

// gradNorm is the Euclidean norm of the accumulated gradients.
func (p *Policy) gradNorm() (float64, error) {
	var grads vectors[tensor]
	for _, state := range p.states {
		grads = append(grads, state.Grads)
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
