package measure

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/reference"
)

// Evaluate measures a set's pairs under the model with an adapter (a PEFT folder, or "" for none) and under the model
// without it. Pairs that can't be measured are left out; notes says which. progress is told the rows done.
// [evaluation.Summarize] sums the pairs up.
func Evaluate(ctx context.Context, m *model.Model, adapter string, set *preference.Set, maxLength int, progress func(done, total int)) (pairs []evaluation.Pair, notes []string, err error) {
	maker := m.Encoder(maxLength)
	examples, err := maker.Encode(set)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	p, err := m.Policy(adapter, config.Auto)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	defer func() { m.Work.Finish(p.Finalize) }()
	rows, err := Pack(examples.List)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	references := reference.Open(p, m.ReferenceKey())
	defer references.Close()
	pairs = PairsOf(examples)
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
	err = Rows(ctx, &m.Work, references, rows, progress, own, func(one RowPair) { one.Fill(&pairs[one.Example]) })
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	progress(len(rows), len(rows))
	return pairs, maker.Notes(set), nil
}
