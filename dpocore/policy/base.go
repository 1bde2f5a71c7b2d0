package policy

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
)

// Base is what the model without an adapter makes of a row: the last layer's output [tokens, hidden]. Kept, it spares
// policies of the same model that way when their divergence is measured, whatever their adapters are.
type Base struct{ hidden *tensors.Tensor }

// Base sends a row through the model without the adapter.
func (p *Policy) Base(row *batch.Row) (*Base, error) {
	s, err := p.through(row, (*pass).reference)
	if err != nil {
		return nil, fmt.Errorf("measure a row without the adapter: %w", err)
	}
	hidden := s.hidden
	s.hidden = nil
	s.leave()
	return &Base{hidden}, nil
}

// Bytes is the memory that it takes.
func (b *Base) Bytes() int64 { return int64(b.hidden.Shape().Size()) * float32Bytes }

// Finalize frees it.
func (b *Base) Finalize() { finalize(b.hidden) }

// ReferenceFrom measures a row's answers as Reference does, to the same bits. base is of the same row and model.
func (p *Policy) ReferenceFrom(base *Base, row *batch.Row) (Measured, error) {
	answers := matrix(row.Shape.Answers, row.Source, row.Target, row.Owner)
	pairs := tensors.FromFlatDataAndDimensions(make([]float32, row.Shape.Pairs), row.Shape.Pairs)
	defer finalize(answers, pairs)
	outputs, err := call(p.graphs.measure, nil, p.weights.Norm(), p.weights.Head(), answers, pairs, base.hidden)
	if err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	defer finalize(outputs...)
	return read(row, outputs[0], outputs[1], nil)
}

// EvaluateFrom measures a row as Evaluate does, to the same bits, and how far the policy is from its reference along the
// answers, as Divergence does. base is of the same row and model.
func (p *Policy) EvaluateFrom(base *Base, row *batch.Row, reference [][2]float32, loss Loss) (m Measured, divergence [][2]float32, err error) {
	s, err := p.through(row, (*pass).withoutTrace)
	if err != nil {
		return m, nil, fmt.Errorf("evaluate a row: %w", err)
	}
	defer s.leave()
	outputs, err := s.compare(row.Shape.Pairs, reference, nil, loss, comparison{lossType: loss.Type, divergence: true}, base.hidden)
	if err != nil {
		return m, nil, fmt.Errorf("evaluate a row: %w", err)
	}
	defer finalize(outputs...)
	if m, err = read(row, outputs[0], outputs[1], outputs[2]); err != nil {
		return m, nil, err
	}
	divergence, err = s.divergence(row, base.hidden, outputs[3:])
	return m, divergence, err
}
