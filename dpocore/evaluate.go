package dpocore

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
)

// Evaluate measures a set's pairs under the model with an adapter (a PEFT folder, or "" for none) and under the model
// without it. Pairs that can't be measured are left out; notes says which. progress is told the rows done.
// [evaluation.Of] sums the pairs up.
func (m *Model) Evaluate(ctx context.Context, adapter string, set *preference.Set, maxLength int, progress func(done, total int)) (pairs []evaluation.Pair, notes []string, err error) {
	maker := m.maker(maxLength)
	examples, err := maker.tokenize(set)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	p, err := m.policy(adapter, autoPrecision)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	defer func() { m.work.finish(p.Finalize) }()
	rows, err := rowsOf(examples.list)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	references := openReferences(p, m.referenceKey())
	defer references.close()
	pairs = examples.figures()
	own := func(row *batch.Row, _ [][2]float32) (policy.Measured, error) {
		measured, divergence, err := p.Divergence(row)
		for i, both := range divergence {
			pairs[row.Examples[i]].KL = float64(both[0]) + float64(both[1])
		}
		return measured, err
	}
	if adapter == "" {
		own = func(_ *batch.Row, reference [][2]float32) (policy.Measured, error) {
			return policy.Measured{LogProbs: reference}, nil
		}
	}
	err = measureRows(ctx, &m.work, references, rows, progress, own, func(one measuredPair) { one.fill(&pairs[one.example]) })
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	progress(len(rows), len(rows))
	return pairs, maker.notes(set), nil
}
