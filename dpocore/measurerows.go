package dpocore

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/policy"
)

// measuredPair is what a row showed of one of its pairs. Both answers' figures stand side by side: chosen, rejected.
type measuredPair struct {
	example           int // index of the pair
	policy, reference [2]float32
	meanLogits        [2]float32
	loss              float64 // 0 where the row was measured without a loss
}

// measureRows measures rows: the reference's log-probabilities, from the cache where they are known, and by own the
// policy's. each is told of every pair, progress of the rows done. No figure depends on how pairs lie in rows, but for
// rounding.
func measureRows(ctx context.Context, work *worker, references *references, rows []*batch.Row, progress func(done, total int),
	own func(row *batch.Row, reference [][2]float32) (policy.Measured, error), each func(measuredPair)) error {
	for done, row := range rows {
		progress(done, len(rows))
		reference, err := references.of(ctx, work, row)
		if err != nil {
			return err
		}
		measured, err := await(ctx, work, func() (policy.Measured, error) { return own(row, reference) })
		if err != nil {
			return err
		}
		for i, example := range row.Examples {
			m := measuredPair{example: example, policy: measured.LogProbs[i], reference: reference[i]}
			if measured.MeanLogits != nil {
				m.meanLogits = measured.MeanLogits[i]
			}
			if measured.Losses != nil {
				m.loss = float64(measured.Losses[i])
			}
			each(m)
		}
	}
	return nil
}

// figures are a set's pairs before they are measured.
func (e examples) figures() []evaluation.Pair {
	pairs := make([]evaluation.Pair, len(e.list))
	prompts := map[string]int{}
	for i, example := range e.list {
		key := fmt.Sprint(example.Prompt)
		if _, known := prompts[key]; !known {
			prompts[key] = len(prompts)
		}
		pairs[i] = evaluation.Pair{
			Line: e.pairs[i].Line, Source: e.pairs[i].Source, Objective: e.pairs[i].Objective, Prompt: prompts[key],
			TokensChosen: len(example.Chosen), TokensRejected: len(example.Rejected),
		}
	}
	return pairs
}

// fill puts what was measured into a pair's figures.
func (m measuredPair) fill(pair *evaluation.Pair) {
	gains := rewardsOf(m.policy, m.reference, 1)
	pair.LogpsChosen, pair.LogpsRejected = float64(m.policy[0]), float64(m.policy[1])
	pair.RefLogpsChosen, pair.RefLogpsReject = float64(m.reference[0]), float64(m.reference[1])
	pair.Margin = gains[0] - gains[1]
}

// rowsOf packs a whole set to be measured.
func rowsOf(list []batch.Example) ([]*batch.Row, error) {
	return batch.Pack(list, batch.Plan([][]batch.Example{list})...)
}

// rewardsOf are β·(log π − log π_ref) of the chosen and the rejected answer.
func rewardsOf(policy, reference [2]float32, beta float64) [2]float64 {
	return [2]float64{
		beta * (float64(policy[0]) - float64(reference[0])),
		beta * (float64(policy[1]) - float64(reference[1])),
	}
}
