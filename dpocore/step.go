package dpocore

import (
	"context"
	"fmt"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
)

// makeStep learns from the next pairs. Until its update, at the end, nothing of the run's state changes.
func (t *trainer) makeStep(ctx context.Context) error {
	indices := t.order.step(t.step)
	pairs := t.train.at(indices)
	rows, err := batch.Pack(pairs, t.shape)
	if err != nil {
		return err
	}
	var sums figures
	for _, row := range rows {
		if err := t.learn(ctx, row, indices, pairs, &sums); err != nil {
			return err
		}
	}
	rate := t.config.learningRate(t.step)
	norm, err := t.policy.Update(rate, t.config.MaxGradNorm)
	if err != nil {
		return err
	}
	if !finite(norm) {
		return fmt.Errorf("step %d: the gradient is not a finite number; lower the learning rate (it is %g)", t.step+1, t.config.LearningRate)
	}
	t.step++
	t.tokens += int64(sums.sequence)
	event := metrics.Event{
		Step: t.step, Seconds: time.Since(t.begun).Seconds(), Epoch: float64(t.order.seen(t.step)) / float64(len(t.train.list)),
		Loss: sums.mean(sums.loss), GradNorm: norm, LearningRate: rate,
		RewardsChosen: sums.mean(sums.rewards[0]), RewardsRejected: sums.mean(sums.rewards[1]),
		RewardsAccuracies: sums.mean(float64(sums.wins)), RewardsMargins: sums.mean(sums.rewards[0] - sums.rewards[1]),
		LogpsChosen: sums.mean(sums.logProbs[0]), LogpsRejected: sums.mean(sums.logProbs[1]),
		LogitsChosen: sums.logits[0] / float64(sums.tokens[0]), LogitsRejected: sums.logits[1] / float64(sums.tokens[1]),
		NumTokens: t.tokens,
	}
	if err := t.log.Step(event); err != nil {
		return err
	}
	t.listener.Step(event)
	return nil
}

// learn adds a row's gradient and figures.
func (t *trainer) learn(ctx context.Context, row *batch.Row, indices []int, pairs []batch.Example, sums *figures) error {
	reference, err := t.references.of(ctx, &t.model.work, row)
	if err != nil {
		return err
	}
	weights := make([]float32, len(row.Examples))
	for i := range weights {
		weights[i] = 1 / float32(len(pairs))
	}
	measured, err := await(ctx, &t.model.work, func() (policy.Measured, error) {
		return t.policy.Accumulate(row, reference, weights, policy.Loss{Beta: t.config.Beta, LabelSmoothing: t.config.LabelSmoothing})
	})
	if err != nil {
		return err
	}
	for i, example := range row.Examples {
		value := float64(measured.Losses[i])
		if !finite(value) {
			return fmt.Errorf("step %d: the loss of the pair on line %d of %s is not a finite number; lower the learning rate (it is %g)",
				t.step+1, t.train.lines[indices[example]]+1, t.record.Train.Source, t.config.LearningRate)
		}
		sums.add(pairs[example], measured.LogProbs[i], reference[i], measured.MeanLogits[i], value, t.config.Beta)
	}
	return nil
}
