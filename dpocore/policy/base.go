package policy

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/internal/typedgraph"
)

const float32Bytes = 4

// Base is a row's output of the last layer without the adapter [tokens, hidden]. Policies of the same model can share it,
// whatever their adapters, to measure their divergence without running the model again.
type Base struct{ hidden tensor }

// Base runs a row through the model without the adapter.
func (p *Policy) Base(row *batch.Row) (*Base, error) {
	s, err := p.through(row, p.frozen(), (*pass).reference)
	if err != nil {
		return nil, fmt.Errorf("measure a row without the adapter: %w", err)
	}
	hidden := s.hidden
	s.hidden = nil
	s.leave()
	return &Base{hidden}, nil
}

// Bytes is the size on the device.
func (b *Base) Bytes() int64 { return int64(b.hidden.Shape().Size()) * float32Bytes }

// Finalize frees its memory on the device.
func (b *Base) Finalize() { finalize(b.hidden) }

// ReferenceFrom measures a row's answers like Reference, bit-identically. base is of the same row and model.
func (p *Policy) ReferenceFrom(base *Base, row *batch.Row) (Measured, error) {
	s := &pass{policy: p, of: p.frozen(), answers: answersOf(row), hidden: base.hidden}
	measured, err := s.measure(row)
	s.hidden = nil // base's
	s.leave()
	return measured, err
}

// EvaluateFrom measures a row like Evaluate, bit-identically, and the policy's divergence from its reference along the
// answers like Divergence. base is of the same row and model.
func (p *Policy) EvaluateFrom(base *Base, row *batch.Row, reference [][2]float32, loss Loss) (m Measured, divergence [][2]float32, err error) {
	s, err := p.through(row, p.trained(), (*pass).withoutTrace)
	if err != nil {
		return m, nil, fmt.Errorf("evaluate a row: %w", err)
	}
	defer s.leave()
	out, err := s.compare(row.Shape.Pairs, reference, nil, loss, loss.comparison(false, true), base.hidden)
	if err != nil {
		return m, nil, fmt.Errorf("evaluate a row: %w", err)
	}
	defer typedgraph.Free(out)
	if m, err = readCompared(row, out); err != nil {
		return m, nil, err
	}
	divergence, err = s.readDivergence(row, base.hidden, out.Divergence)
	return m, divergence, err
}
