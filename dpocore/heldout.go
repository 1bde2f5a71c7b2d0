package dpocore

import (
	"context"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
)

// evaluate measures the held-out pairs.
func (t *trainer) evaluate(ctx context.Context) error {
	begun := time.Now()
	var sums figures
	loss := t.config.loss(t.held.list)
	for done, row := range t.heldRows {
		t.listener.Evaluating(done, len(t.heldRows))
		reference, err := t.references.of(ctx, &t.model.work, row)
		if err != nil {
			return err
		}
		measured, err := await(ctx, &t.model.work, func() (policy.Measured, error) { return t.policy.Evaluate(row, reference, loss) })
		if err != nil {
			return err
		}
		for i, example := range row.Examples {
			sums.add(t.held.list[example], measured.LogProbs[i], reference[i], measured.MeanLogits[i],
				float64(measured.Losses[i]), t.config.Beta)
		}
	}
	evaluation := metrics.Evaluation{
		Step: t.step, Epoch: float64(t.order.seen(t.step)) / float64(len(t.train.list)), Loss: sums.mean(sums.loss),
		RewardsChosen: sums.mean(sums.rewards[0]), RewardsRejected: sums.mean(sums.rewards[1]),
		RewardsAccuracies: sums.mean(float64(sums.wins)), RewardsMargins: sums.mean(sums.rewards[0] - sums.rewards[1]),
		LogpsChosen: sums.mean(sums.logProbs[0]), LogpsRejected: sums.mean(sums.logProbs[1]),
		Runtime: time.Since(begun).Seconds(),
	}
	if err := t.log.Evaluation(evaluation); err != nil {
		return err
	}
	t.evaluatedAt = t.step
	t.evaluations = append(t.evaluations, evaluation)
	t.listener.Evaluated(evaluation)
	return nil
}
