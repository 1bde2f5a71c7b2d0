package train

import (
	"context"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
)

// evaluate measures the held-out pairs.
func (t *trainer) evaluate(ctx context.Context) error {
	begun := time.Now()
	var sums figures
	loss := LossOf(t.config, t.held.List)
	pairs := measure.PairsOf(t.held)
	own := func(row *batch.Row, reference [][2]float32) (policy.Measured, error) {
		return t.policy.Evaluate(row, reference, loss)
	}
	if t.shared != nil {
		if err := t.shared.Prime(ctx, &t.model.Work, t.policy, t.references, t.heldRows); err != nil {
			return err
		}
	}
	divergence := make([]float64, len(pairs))
	last := t.shared != nil && t.step == t.config.MaxSteps
	if last {
		own = t.shared.Diverging(t.policy, t.references, loss, divergence)
	}
	err := measure.Rows(ctx, &t.model.Work, t.references, t.heldRows, t.listener.Evaluating, own, func(m measure.RowPair) {
		sums.take(t.aim(&t.held.Pairs[m.Example]), t.held.List[m.Example], m.Policy, m.Reference, m.MeanLogits, m.Loss, t.config.Beta)
		m.Fill(&pairs[m.Example])
	})
	if err != nil {
		return err
	}
	shown := metrics.Evaluation{
		Step: t.step, Epoch: float64(t.seen(t.step)) / float64(t.train.Len()), Loss: sums.mean(sums.loss),
		RewardsChosen: sums.mean(sums.rewards[0]), RewardsRejected: sums.mean(sums.rewards[1]),
		RewardsAccuracies: sums.mean(float64(sums.wins)), RewardsMargins: sums.mean(sums.rewards[0] - sums.rewards[1]),
		LogpsChosen: sums.mean(sums.logProbs[0]), LogpsRejected: sums.mean(sums.logProbs[1]),
		Runtime: time.Since(begun).Seconds(), Objectives: sums.objectives(),
	}
	if err := t.log.Evaluation(shown); err != nil {
		return err
	}
	if err := evaluation.WritePairs(filepath.Join(t.dir, evaluation.PairsFile), pairs); err != nil {
		return err
	}
	if last {
		t.shared.remember(t.dir, pairs, divergence)
	}
	t.evaluatedAt = t.step
	t.evaluations = append(t.evaluations, shown)
	t.listener.Evaluated(shown)
	return nil
}
