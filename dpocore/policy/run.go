package policy

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
)

// clipEpsilon keeps the division of gradient clipping from dividing by zero, as in PyTorch's clip_grad_norm_.
const clipEpsilon = 1e-6

// Loss is what a pair costs, and the scalars in it.
type Loss struct {
	Type           string // one of loss.Types
	Beta           float64
	LabelSmoothing float64
	SFTWeight      float64 // of the term of supervised fine-tuning, 0 for none
	SFTTokens      float64 // tokens of a chosen answer on average, by which that term is divided: see loss.SFT
}

// Measured is what a graph found for each pair of a row, in the order of its places. Places that no pair takes hold
// nothing of meaning and are cut off.
type Measured struct {
	LogProbs   [][2]float32 // summed log-probabilities of chosen and rejected, in nats
	MeanLogits [][2]float32 // the sum over an answer's tokens of the mean vocabulary logit
	Losses     []float32    // only from Accumulate and Evaluate
}

// Reference measures a row's answers under the model without the adapter.
func (p *Policy) Reference(row *batch.Row) (Measured, error) {
	return p.measure(row, (*pass).reference)
}

// LogProbs measures a row's answers under the model with the adapter.
func (p *Policy) LogProbs(row *batch.Row) (Measured, error) {
	return p.measure(row, (*pass).withoutTrace)
}

func (p *Policy) measure(row *batch.Row, through func(*pass) error) (Measured, error) {
	s, err := p.enter(row)
	if err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	defer s.leave()
	if err := through(s); err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	pairs := tensors.FromFlatDataAndDimensions(make([]float32, row.Shape.Pairs), row.Shape.Pairs)
	defer finalize(pairs)
	outputs, err := call(p.graphs.measure, nil, p.weights.Norm(), p.weights.Head(), s.answers, pairs, s.hidden)
	if err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	defer finalize(outputs...)
	return read(row, outputs[0], outputs[1], nil)
}

// Evaluate measures a row's answers as LogProbs does, and what its pairs cost given the reference's log-probabilities.
func (p *Policy) Evaluate(row *batch.Row, reference [][2]float32, loss Loss) (Measured, error) {
	s, err := p.enter(row)
	if err != nil {
		return Measured{}, fmt.Errorf("evaluate a row: %w", err)
	}
	defer s.leave()
	if err := s.withoutTrace(); err != nil {
		return Measured{}, fmt.Errorf("evaluate a row: %w", err)
	}
	outputs, err := s.compare(row.Shape.Pairs, reference, nil, loss, comparison{lossType: loss.Type})
	if err != nil {
		return Measured{}, fmt.Errorf("evaluate a row: %w", err)
	}
	defer finalize(outputs...)
	return read(row, outputs[0], outputs[1], outputs[2])
}

// Accumulate adds to the gradients the row's Σ weight·loss, given the reference's log-probabilities of its pairs, and
// returns what it measured on the way. It changes nothing else: until Update the state is that of the last step.
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
	s, err := p.enter(row)
	if err != nil {
		return Measured{}, err
	}
	defer s.leave()
	if err := s.forward(true); err != nil {
		return Measured{}, err
	}
	scaled := make([]float32, len(weights))
	for i, weight := range weights {
		scaled[i] = weight * float32(p.scale)
	}
	outputs, err := s.compare(row.Shape.Pairs, reference, scaled, loss, comparison{lossType: loss.Type, gradient: true})
	if err != nil {
		return Measured{}, err
	}
	defer finalize(outputs[:3]...)
	grads, err := s.backward(outputs[3])
	if err != nil {
		return Measured{}, err
	}
	for i := range p.layers {
		finalize(p.layers[i].grads)
		p.layers[i].grads = grads[i]
	}
	return read(row, outputs[0], outputs[1], outputs[2])
}

// compare returns what compareGraph does. base is the last layer's output without the adapter, for the divergence.
func (s *pass) compare(pairs int, reference [][2]float32, weights []float32, loss Loss, kind comparison, base ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	exec, err := s.policy.comparing(kind)
	if err != nil {
		return nil, err
	}
	flat := make([]float32, 2*pairs)
	for i, both := range reference {
		flat[2*i], flat[2*i+1] = both[0], both[1]
	}
	padded := make([]float32, pairs)
	copy(padded, weights)
	inputs := []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(padded, pairs), s.hidden, tensors.FromFlatDataAndDimensions(flat, pairs, 2),
		tensors.FromFlatDataAndDimensions([]float32{float32(loss.Beta), float32(loss.LabelSmoothing),
			float32(loss.SFTWeight), float32(max(1, loss.SFTTokens))}, 4),
	}
	defer finalize(inputs[0], inputs[2], inputs[3])
	return call(exec, []*tensors.Tensor{s.policy.weights.Norm(), s.policy.weights.Head(), s.answers}, append(inputs, base...)...)
}

// Update makes one step of AdamW with the gradients gathered since the last, clipped to a norm of maxNorm, and returns
// their norm before that. A norm that is not finite changes nothing; nor does an update after which that of the adapter would
// not be finite, which is ErrNotFinite.
func (p *Policy) Update(learningRate, maxNorm float64) (gradNorm float64, err error) {
	if gradNorm, err = p.gradNorm(); err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	if !finite(gradNorm) {
		return gradNorm, nil
	}
	t := float64(p.updates + 1)
	clip := min(1, maxNorm/(gradNorm+clipEpsilon))
	scalars := tensors.FromFlatDataAndDimensions([]float32{float32(learningRate), float32(clip / p.scale),
		float32(1 - math.Pow(beta1, t)), float32(1 - math.Pow(beta2, t))}, 4)
	defer finalize(scalars)
	fresh := make([]layerState, len(p.layers))
	for i, layer := range p.layers {
		outputs, err := call(p.graphs.update, nil, layer.adapter, layer.mean, layer.variance, layer.grads, scalars)
		if err != nil {
			finalizeLayers(fresh)
			return 0, fmt.Errorf("update the adapter: layer %d: %w", i, err)
		}
		fresh[i] = layerState{outputs[0], outputs[1], outputs[2], outputs[3]}
	}
	if norm, err := p.norm(fresh, func(l layerState) *tensors.Tensor { return l.adapter }); err != nil || !finite(norm) {
		finalizeLayers(fresh)
		return gradNorm, fmt.Errorf("update the adapter: %w", cmp.Or(err, ErrNotFinite))
	}
	finalizeLayers(p.layers)
	p.layers = fresh
	p.updates++
	return gradNorm, nil
}

// ErrNotFinite is the error of an update that was not made.
var ErrNotFinite = errors.New("its norm would not be a finite number")

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// NotFinite names the first tensor of the adapter whose gradient so far is not finite; "" where all are.
func (p *Policy) NotFinite() (tensor string, err error) {
	norm, err := p.gradNorm()
	if err != nil || finite(norm) {
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
				if !finite(float64(value)) {
					return factor.Name, nil
				}
			}
		}
	}
	return "all factors together", nil // each is finite, the sum of their squares is not
}

func (p *Policy) gradNorm() (float64, error) {
	norm, err := p.norm(p.layers, func(l layerState) *tensors.Tensor { return l.grads })
	return norm / p.scale, err
}

// norm is that of one vector of all layers.
func (p *Policy) norm(layers []layerState, of func(layerState) *tensors.Tensor) (float64, error) {
	var vectors []*tensors.Tensor
	for _, layer := range layers {
		vectors = append(vectors, of(layer))
	}
	outputs, err := call(p.graphs.norm, vectors)
	if err != nil {
		return 0, err
	}
	defer finalize(outputs...)
	norm, err := appendValues(nil, outputs[0])
	if err != nil {
		return 0, err
	}
	return float64(norm[0]), nil
}

func read(row *batch.Row, logProbs, meanLogits, losses *tensors.Tensor) (Measured, error) {
	var m Measured
	pairs := len(row.Examples)
	for _, output := range []struct {
		from *tensors.Tensor
		to   *[][2]float32
	}{{logProbs, &m.LogProbs}, {meanLogits, &m.MeanLogits}} {
		flat, err := appendValues(nil, output.from)
		if err != nil {
			return m, fmt.Errorf("read a row's answers: %w", err)
		}
		for i := range pairs {
			*output.to = append(*output.to, [2]float32{flat[2*i], flat[2*i+1]})
		}
	}
	if losses == nil {
		return m, nil
	}
	flat, err := appendValues(nil, losses)
	if err != nil {
		return m, fmt.Errorf("read a row's losses: %w", err)
	}
	m.Losses = flat[:pairs]
	return m, nil
}
