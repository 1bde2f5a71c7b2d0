package train

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/train/trial"
)

// check learns a pair of the first step in a trial before the run, and fails if its loss does not fall.
func (t *trainer) check(ctx context.Context) error {
	indices, pairs, err := t.pairs.At(t.schedule.Step(0))
	if err != nil {
		return err
	}
	pairs = pairs[:min(len(pairs), t.leastPairs())]
	rows, err := t.pack(pairs)
	if err != nil {
		return err
	}
	one := trial.Trial{
		Row: rows[0], Pair: pairs[rows[0].Examples[0]], Where: t.pairs.Pair(indices[rows[0].Examples[0]]).Where(),
		Reference: make([][2]float32, len(rows[0].Examples)), Relative: t.reward.NeedsReference(),
		LearningRate: t.config.LearningRate, MaxGradNorm: t.config.MaxGradNorm, AdamW: t.config.AdamW(),
	}
	if one.Loss, err = t.lossOf(ctx, pairs); err != nil {
		return err
	}
	result, err := device.Await(ctx, &t.model.Work, func() (result trial.Result, err error) {
		if one.Relative {
			if one.Reference, err = t.reference(t.policy, one.Row); err != nil {
				return result, err
			}
		}
		return one.Run(t.policy)
	})
	switch {
	case err != nil:
		return err
	case !result.Passed():
		return fmt.Errorf("the check has failed: on one pair the loss goes from %.4f to %.4f in %d steps; the likely cause is %s",
			result.Losses[0], result.Losses[len(result.Losses)-1], len(result.Losses), one.Cause(result))
	}
	t.listener.Note(result.Summary())
	return nil
}

// leastPairs is how many pairs a loss needs at least: KTO compares an answer with those to another prompt.
func (t *trainer) leastPairs() int {
	if t.config.KTO() {
		return 2
	}
	return 1
}
