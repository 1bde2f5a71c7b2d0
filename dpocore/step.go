package dpocore

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
)

// makeStep learns from the next pairs. Until its update, at the end, nothing of the run's state changes.
func (t *trainer) makeStep(ctx context.Context) error {
	indices, pairs, err := t.train.at(t.stepPairs(t.step))
	if err != nil {
		return err
	}
	rows, err := t.pack(pairs)
	if err != nil {
		return err
	}
	var sums figures
	loss := t.config.loss(pairs)
	for _, row := range rows {
		if err := t.learn(ctx, row, loss, indices, pairs, &sums); err != nil {
			return err
		}
	}
	rate := t.config.learningRate(t.step)
	norm, err := t.update(rate)
	if err != nil {
		return err
	}
	t.step++
	t.tokens += int64(sums.sequence)
	event := metrics.Event{
		Step: t.step, Seconds: time.Since(t.begun).Seconds(), Epoch: float64(t.seen(t.step)) / float64(t.train.len()),
		Loss: sums.mean(sums.loss), GradNorm: norm, LearningRate: rate,
		RewardsChosen: sums.mean(sums.rewards[0]), RewardsRejected: sums.mean(sums.rewards[1]),
		RewardsAccuracies: sums.mean(float64(sums.wins)), RewardsMargins: sums.mean(sums.rewards[0] - sums.rewards[1]),
		LogpsChosen: sums.mean(sums.logProbs[0]), LogpsRejected: sums.mean(sums.logProbs[1]),
		LogitsChosen: sums.logits[0] / float64(sums.tokens[0]), LogitsRejected: sums.logits[1] / float64(sums.tokens[1]),
		NumTokens: t.tokens, Objectives: sums.objectives(),
	}
	if err := t.log.Step(event); err != nil {
		return err
	}
	t.listener.Step(event)
	return nil
}

// update makes the step with the gradients gathered, and returns their norm. In float16 a gradient can leave the range
// of its numbers; such a step changes nothing.
func (t *trainer) update(rate float64) (norm float64, err error) {
	if !t.overflowed {
		return t.policy.Update(rate, t.config.MaxGradNorm)
	}
	t.overflowed = false
	t.listener.Note(fmt.Sprintf("Step %d was skipped: its gradient is too large for float16. If this happens often, take float32.", t.step+1))
	return math.NaN(), t.policy.DropGradients()
}

// loss is what the configuration makes of a batch of pairs.
func (c Config) loss(pairs []batch.Example) policy.Loss {
	chosen := 0
	for _, pair := range pairs {
		chosen += len(pair.Chosen)
	}
	return policy.Loss{Type: c.LossType, Beta: c.Beta, LabelSmoothing: c.LabelSmoothing,
		SFTWeight: c.SFTWeight, SFTTokens: float64(chosen) / float64(len(pairs))}
}

// learn adds a row's gradient and figures.
func (t *trainer) learn(ctx context.Context, row *batch.Row, loss policy.Loss, indices []int, pairs []batch.Example, sums *figures) error {
	reference, err := t.references.of(ctx, &t.model.work, row)
	if err != nil {
		return err
	}
	weights := make([]float32, len(row.Examples))
	for i, example := range row.Examples {
		weights[i] = t.lossWeight(indices[example]) / float32(len(pairs))
	}
	measured, err := await(ctx, &t.model.work, func() (policy.Measured, error) {
		return t.policy.Accumulate(row, reference, weights, loss)
	})
	if err != nil {
		return err
	}
	for i, example := range row.Examples {
		value := float64(measured.Losses[i])
		if !finite(value) {
			return t.notFinite("the loss", indices[example:example+1])
		}
		sums.take(t.aim(t.train.pair(indices[example])), pairs[example], measured.LogProbs[i], reference[i], measured.MeanLogits[i], value, t.config.Beta)
	}
	tensor, err := t.policy.NotFinite()
	if err != nil || tensor == "" {
		return err
	}
	if t.model.precision == float16Name {
		t.overflowed = true
		return nil
	}
	var own []int
	for _, example := range row.Examples {
		own = append(own, indices[example])
	}
	return t.notFinite("the gradient of "+tensor, own)
}

// notFinite is the error of a step in which some figure of pairs was not a finite number.
func (t *trainer) notFinite(what string, pairs []int) error {
	var places []string
	for _, pair := range pairs {
		places = append(places, t.train.pair(pair).Where())
	}
	kept := "no checkpoint is saved yet"
	if t.savedAt > 0 {
		kept = fmt.Sprintf("%s%d is the last good checkpoint", checkpointPrefix, t.savedAt)
	}
	return fmt.Errorf("step %d: %s is not a finite number (pairs: %s); lower the learning rate (it is %g); %s",
		t.step+1, what, strings.Join(places, "; "), t.config.LearningRate, kept)
}
