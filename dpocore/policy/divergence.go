package policy

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/policy/answers"
	"example.com/gonb-dpo/internal/typedgraph"
)

// Divergence measures a row's answers like LogProbs, and the policy's divergence from its reference along them: the
// Kullback-Leibler divergence of the two distributions of the next token, summed over each answer's tokens, in nats.
func (p *Policy) Divergence(row *batch.Row) (m Measured, divergence [][2]float32, err error) {
	if m, divergence, err = p.divergence(row); err != nil {
		return Measured{}, nil, fmt.Errorf("measure a row's divergence: %w", err)
	}
	return m, divergence, nil
}

func (p *Policy) divergence(row *batch.Row) (m Measured, divergence [][2]float32, err error) {
	s, err := p.through(row, p.trained(), (*pass).withoutTrace)
	if err != nil {
		return m, nil, err
	}
	defer s.leave()
	base, err := p.through(row, p.frozen(), (*pass).reference)
	if err != nil {
		return m, nil, err
	}
	defer base.leave()
	in := &answers.DivergenceInputs[tensor]{MeasureInputs: s.measureInputs(row.Shape.Pairs), Base: p.baseOf(base.hidden)}
	defer finalize(in.PerPair)
	var out answers.Diverged[tensor]
	if err := p.graphs.answers.Divergence.Call(in, &out); err != nil {
		return m, nil, err
	}
	defer typedgraph.Free(&out)
	if m, err = read(row, out.Measured, nil); err != nil {
		return m, nil, err
	}
	divergence, err = s.readDivergence(row, base.hidden, out.Divergence)
	return m, divergence, err
}

// readDivergence copies a measured divergence to the host. If the logits differ too much for it, it measures with the far
// graph. base is the last layer's output without the adapter.
func (s *pass) readDivergence(row *batch.Row, base tensor, measured answers.Divergence[tensor]) ([][2]float32, error) {
	furthest, err := appendValues(nil, measured.Furthest)
	switch {
	case err != nil:
		return nil, err
	case furthest[0] <= loss.MaxLogitGap:
		return perAnswer(row, measured.Sums)
	}
	in := &answers.DivergenceInputs[tensor]{MeasureInputs: s.measureInputs(row.Shape.Pairs), Base: s.policy.baseOf(base)}
	defer finalize(in.PerPair)
	var out answers.Sums[tensor]
	if err := s.policy.graphs.answers.Far.Call(in, &out); err != nil {
		return nil, err
	}
	defer finalize(out.Value)
	return perAnswer(row, out.Value)
}

// baseOf is the reference for a divergence, given the output of its last layer.
func (p *Policy) baseOf(hidden tensor) answers.Base[tensor] {
	base := answers.Base[tensor]{Hidden: hidden}
	if p.Layout.Whole() {
		end := p.frozen().end
		base.End = &end
	}
	return base
}

// perAnswer copies values [pairs, 2] of a row's pairs to the host, without those of unused places.
func perAnswer(row *batch.Row, measured tensor) (pairs [][2]float32, err error) {
	flat, err := appendValues(nil, measured)
	if err != nil {
		return nil, err
	}
	for i := range row.Examples {
		pairs = append(pairs, [2]float32{flat[2*i], flat[2*i+1]})
	}
	return pairs, nil
}
