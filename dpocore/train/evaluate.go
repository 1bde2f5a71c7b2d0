package train

import (
	"context"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/train/figures"
)

// evaluate measures the held-out pairs. With a shared cache it also measures their divergence after the last step, which
// the sweep's comparison needs.
func (t *trainer) evaluate(ctx context.Context) error {
	started := time.Now()
	objective, err := t.lossOf(ctx, t.heldOut.List)
	if err != nil {
		return err
	}
	evaluate := func(row *batch.Row, reference [][2]float32) (policy.Measured, error) {
		return t.policy.Evaluate(row, reference, objective)
	}
	var divergence []float64
	if t.shared != nil {
		if err := t.shared.Prime(ctx, &t.model.Work, t.policy, t.references, t.heldOutRows); err != nil {
			return err
		}
		if t.step == t.config.MaxSteps {
			divergence = make([]float64, len(t.heldOut.List))
			evaluate = t.shared.Evaluate(t.policy, t.references, objective, divergence)
		}
	}
	var sums figures.Sums
	if t.config.KTO() {
		sums.AddKL(objective.Divergence, len(t.heldOut.List))
	}
	filled := t.reward
	if t.references != nil { // so that the runs of a sweep can be compared whatever their losses
		filled = loss.LogRatio
	}
	pairs := measure.PairsOf(t.heldOut, t.trained)
	err = measure.Rows(ctx, &t.model.Work, t.references, t.heldOutRows, t.listener.Evaluating, evaluate, func(m measure.RowPair) {
		sums.Add(t.objective(&t.heldOut.Pairs[m.Example]), t.heldOut.List[m.Example], figures.Pair{
			Policy: m.Policy, Reference: m.Reference, Logits: m.MeanLogits, Loss: m.Loss, Beta: t.config.Beta, Reward: t.reward,
			Entropy: m.Entropy, Likeliest: m.Likeliest, FineTuning: t.config.FineTuning(),
		})
		m.Fill(&pairs[m.Example], filled)
	})
	if err != nil {
		return err
	}
	result := metrics.Evaluation{
		PairMeans: sums.Means(), Step: t.step, Epoch: t.schedule.Epoch(t.step), Runtime: time.Since(started).Seconds(),
	}
	if result.Guards, err = t.readGuards(ctx, pairs); err != nil {
		return err
	}
	if err := t.log.Evaluation(result); err != nil {
		return err
	}
	if !t.heldOut.Pairs[0].Single { // single answers are no pairs
		if err := evaluation.WritePairs(filepath.Join(t.dir, evaluation.PairsFile), pairs); err != nil {
			return err
		}
	}
	if divergence != nil {
		t.shared.Remember(t.dir, pairs, divergence)
	}
	t.evaluations = append(t.evaluations, result)
	t.listener.Evaluated(result)
	return nil
}
