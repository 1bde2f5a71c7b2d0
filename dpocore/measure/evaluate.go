// Package measure measures a model on held-out pairs, token by token, and on plain text.
//
// Start with [Evaluate] and [EvaluateRun]; [Rows] is beneath all of them.
package measure

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
)

// Evaluate measures a set's pairs under the model with an adapter (a PEFT folder, or "" for none) and under the model
// without it; [evaluation.Summarize] summarizes them. notes describes the pairs that were left out or truncated. progress
// receives the number of rows done.
func Evaluate(ctx context.Context, m *model.Model, adapter string, set *preference.Set, maxLength int, progress func(done, total int)) (pairs []evaluation.Pair, notes []string, err error) {
	if pairs, notes, err = evaluate(ctx, m, adapter, run.Record{}, set, maxLength, progress); err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	return pairs, notes, nil
}

// EvaluateRun is Evaluate against the reference that the adapter was trained with, if its folder is that of a run or a checkpoint.
// reference says which it is, such as "the model alone". With another model as the reference the divergence is still from the model
// without the adapter.
func EvaluateRun(ctx context.Context, m *model.Model, adapter string, set *preference.Set, maxLength int, progress func(done, total int)) (pairs []evaluation.Pair, reference string, notes []string, err error) {
	var record run.Record
	if adapter != "" {
		if record, _, err = run.ReadRecord(adapter); err != nil {
			return nil, "", nil, fmt.Errorf("evaluate: %w", err)
		}
	}
	if pairs, notes, err = evaluate(ctx, m, adapter, record, set, maxLength, progress); err != nil {
		return nil, "", nil, fmt.Errorf("evaluate: %w", err)
	}
	if record.Model.ReferenceModel != "" {
		notes = append(notes, "The divergence is from the model without the adapter, whatever the reference is.")
	}
	return pairs, record.ReferenceText(), notes, nil
}

// evaluate measures against the reference of a record.
func evaluate(ctx context.Context, m *model.Model, adapter string, of run.Record, set *preference.Set, maxLength int, progress func(done, total int)) (pairs []evaluation.Pair, notes []string, err error) {
	if err := set.CheckPairs("measuring accuracy and margins"); err != nil {
		return nil, nil, err
	}
	encoder := m.Encoder(maxLength)
	examples, err := encoder.EncodeSet(set)
	if err != nil {
		return nil, nil, err
	}
	if err := m.LoadForUse(); err != nil {
		return nil, nil, err
	}
	p, err := m.Policy(adapter)
	if err != nil {
		return nil, nil, err
	}
	defer func() { m.Work.WhenIdle(p.Finalize) }()
	rows, err := packFor(m, examples.List)
	if err != nil {
		return nil, nil, err
	}
	references, free, err := referenceOf(m, p, of)
	if err != nil {
		return nil, nil, err
	}
	defer free()
	trained, err := run.TrainedPrompts(adapter)
	if err != nil {
		return nil, nil, err
	}
	pairs = PairsOf(examples, trained)
	measurePolicy := func(row *batch.Row, _ [][2]float32) (policy.Measured, error) {
		measured, divergence, err := p.Divergence(row)
		for i, sides := range divergence {
			pairs[row.Examples[i]].KL = float64(sides[0]) + float64(sides[1])
		}
		return measured, err
	}
	if adapter == "" { // the policy is the reference
		measurePolicy = func(_ *batch.Row, reference [][2]float32) (policy.Measured, error) {
			return policy.Measured{LogProbs: reference}, nil
		}
	}
	err = Rows(ctx, &m.Work, references, rows, progress, measurePolicy, func(r RowPair) { r.Fill(&pairs[r.Example], loss.LogRatio) })
	if err != nil {
		return nil, nil, err
	}
	progress(len(rows), len(rows))
	return pairs, encoder.Notes(set), nil
}
