package policy

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/policy/answers"
	"example.com/gonb-dpo/internal/typedgraph"
)

// Measured is what a graph measured for each pair of a row, in the row's order.
type Measured struct {
	LogProbs   [][2]float32 // summed log-probabilities of chosen and rejected, in nats
	MeanLogits [][2]float32 // mean vocabulary logit, summed over an answer's tokens
	Losses     []float32    // only from Accumulate and Evaluate
	Entropy    [][2]float32 // of the distributions of an answer's tokens, summed, in nats; from the same, like the next
	Likeliest  [][2]float32 // number of an answer's tokens that are the likeliest
}

// Reference measures a row's answers without the adapter.
func (p *Policy) Reference(row *batch.Row) (Measured, error) {
	return p.measure(row, p.frozen(), (*pass).reference)
}

// LogProbs measures a row's answers with the adapter.
func (p *Policy) LogProbs(row *batch.Row) (Measured, error) {
	return p.measure(row, p.trained(), (*pass).withoutTrace)
}

func (p *Policy) measure(row *batch.Row, of source, layers func(*pass) error) (Measured, error) {
	s, err := p.through(row, of, layers)
	if err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	defer s.leave()
	return s.measure(row)
}

// measure measures the answers of a row that has been through all layers.
func (s *pass) measure(row *batch.Row) (Measured, error) {
	in := s.measureInputs(row.Shape.Pairs)
	defer finalize(in.PerPair)
	var out answers.Measured[tensor]
	if err := s.policy.graphs.answers.Measure.Call(&in, &out); err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	defer typedgraph.Free(&out)
	return read(row, out, nil)
}

func (s *pass) answerInputs() answers.Inputs[tensor] {
	return answers.Inputs[tensor]{End: s.of.end, Answers: s.answers, Hidden: s.hidden}
}

// measureInputs are those of a row with room for some pairs; the caller frees PerPair.
func (s *pass) measureInputs(pairs int) answers.MeasureInputs[tensor] {
	return answers.MeasureInputs[tensor]{Inputs: s.answerInputs(), PerPair: vector(make([]float32, pairs))}
}

// Evaluate measures a row's answers like LogProbs, and the losses of its pairs given the reference's log-probabilities.
func (p *Policy) Evaluate(row *batch.Row, reference [][2]float32, loss Loss) (Measured, error) {
	s, err := p.through(row, p.trained(), (*pass).withoutTrace)
	if err != nil {
		return Measured{}, fmt.Errorf("evaluate a row: %w", err)
	}
	defer s.leave()
	out, err := s.compare(row.Shape.Pairs, reference, nil, loss, loss.comparison(false, false), nil)
	if err != nil {
		return Measured{}, fmt.Errorf("evaluate a row: %w", err)
	}
	defer typedgraph.Free(out)
	return readCompared(row, out)
}

// compare runs the graph of a comparison. weights of the pairs' losses are needed for the gradient, base, the last layer's
// output without the adapter, for the divergence.
func (s *pass) compare(pairs int, reference [][2]float32, weights []float32, loss Loss, kind answers.Comparison, base tensor) (*answers.Compared[tensor], error) {
	compare, err := s.policy.graphs.answers.Comparison(kind)
	if err != nil {
		return nil, err
	}
	flat := make([]float32, 2*pairs)
	for i, both := range reference {
		flat[2*i], flat[2*i+1] = both[0], both[1]
	}
	padded := make([]float32, pairs)
	copy(padded, weights)
	in := &answers.CompareInputs[tensor]{
		Kind: kind, Inputs: s.answerInputs(), Weights: vector(padded),
		Reference: tensors.FromFlatDataAndDimensions(flat, pairs, 2), Scalars: loss.onDevice(), Base: s.policy.baseOf(base),
	}
	defer finalize(in.Weights, in.Reference)
	defer typedgraph.Free(&in.Scalars)
	out := &answers.Compared[tensor]{Kind: kind, GradEnd: answers.End[tensor]{Head: make([]tensor, len(in.End.Head))}}
	return out, compare.Call(in, out)
}

// comparison returns the kind of graph that computes the loss.
func (l Loss) comparison(gradient, divergence bool) answers.Comparison {
	return answers.Comparison{LossType: l.Type, Weights: len(l.Weights), Gradient: gradient, Divergence: divergence}
}

// onDevice returns the scalars as tensors [] of float32.
func (l Loss) onDevice() (s loss.Scalars[tensor]) {
	l.SFTTokens, s.Weights = max(1, l.SFTTokens), make([]tensor, len(l.Weights))
	tensors := s.Fields()
	for i, value := range l.Scalars.Fields() {
		*tensors[i] = scalar(*value)
	}
	return s
}

// scalar is a tensor [] of float32.
func scalar(value float64) tensor { return tensors.FromScalar(float32(value)) }

// readCompared is read for the outputs of a comparison.
func readCompared(row *batch.Row, out *answers.Compared[tensor]) (m Measured, err error) {
	if m, err = read(row, out.Measured, out.Losses); err != nil {
		return m, err
	}
	if m.Entropy, err = perAnswer(row, out.Entropy); err != nil {
		return m, err
	}
	m.Likeliest, err = perAnswer(row, out.Likeliest)
	return m, err
}

// read copies what was measured to the host, without the values of unused places; losses is nil for none.
func read(row *batch.Row, out answers.Measured[tensor], losses tensor) (m Measured, err error) {
	if m.LogProbs, err = perAnswer(row, out.LogProbs); err != nil {
		return m, fmt.Errorf("read a row's answers: %w", err)
	}
	if m.MeanLogits, err = perAnswer(row, out.MeanLogits); err != nil {
		return m, fmt.Errorf("read a row's answers: %w", err)
	}
	if losses == nil {
		return m, nil
	}
	flat, err := appendValues(nil, losses)
	if err != nil {
		return m, fmt.Errorf("read a row's losses: %w", err)
	}
	m.Losses = flat[:len(row.Examples)]
	return m, nil
}
