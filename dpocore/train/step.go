package train

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/run"
)

// makeStep learns from the next pairs. Until its update, at the end, nothing of the run's state changes.
func (t *trainer) makeStep(ctx context.Context) error {
	indices, pairs, err := t.train.At(t.stepPairs(t.step))
	if err != nil {
		return err
	}
	rows, err := t.pack(pairs)
	if err != nil {
		return err
	}
	var sums figures
	loss := LossOf(t.config, pairs)
	for rows := range slices.Chunk(rows, len(t.devices)) {
		if err := t.learn(ctx, rows, loss, indices, pairs, &sums); err != nil {
			return err
		}
	}
	rate := t.config.RateAt(t.step)
	norm, err := t.update(rate, indices)
	if err != nil {
		return err
	}
	t.step++
	t.tokens += int64(sums.sequence)
	event := metrics.Event{
		Step: t.step, Seconds: time.Since(t.begun).Seconds(), Epoch: float64(t.seen(t.step)) / float64(t.train.Len()),
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

// loss is what the configuration makes of a batch of pairs.
func LossOf(c config.Config, pairs []batch.Example) policy.Loss {
	chosen := 0
	for _, pair := range pairs {
		chosen += len(pair.Chosen)
	}
	return policy.Loss{Type: c.LossType, Beta: c.Beta, LabelSmoothing: c.LabelSmoothing,
		SFTWeight: c.SFTWeight, SFTTokens: float64(chosen) / float64(len(pairs))}
}

// learned is what a row's gradient was computed from, and with.
type learned struct {
	reference [][2]float32
	measured  policy.Measured
	broken    string // the first tensor whose gradient is not finite; "" where there is none
}

// learn adds the gradients and figures of rows, one for each device at most.
func (t *trainer) learn(ctx context.Context, rows []*batch.Row, loss policy.Loss, indices []int, pairs []batch.Example, sums *figures) error {
	found, err := device.Await(ctx, &t.model.Work, func() ([]learned, error) {
		found := make([]learned, len(rows))
		return found, t.devices.Each(len(rows), func(i int, p *policy.Policy) (err error) {
			found[i], err = t.learnOn(p, rows[i], loss, indices, len(pairs))
			return err
		})
	})
	if err != nil {
		return err
	}
	for i, row := range rows {
		if err := t.take(row, found[i], indices, pairs, sums); err != nil {
			return err
		}
	}
	return nil
}

// learnOn adds a row's gradient on a device.
func (t *trainer) learnOn(p *policy.Policy, row *batch.Row, loss policy.Loss, indices []int, pairs int) (l learned, err error) {
	if l.reference, err = t.references.From(p, row); err != nil {
		return l, err
	}
	weights := make([]float32, len(row.Examples))
	for i, example := range row.Examples {
		weights[i] = t.lossWeight(indices[example]) / float32(pairs)
	}
	if l.measured, err = p.Accumulate(row, l.reference, weights, loss); err != nil {
		return l, err
	}
	l.broken, err = p.NotFinite()
	return l, err
}

// take adds a row's figures, and looks whether they are finite.
func (t *trainer) take(row *batch.Row, l learned, indices []int, pairs []batch.Example, sums *figures) error {
	var own []int
	for i, example := range row.Examples {
		own = append(own, indices[example])
		value := float64(l.measured.Losses[i])
		if !finite(value) {
			return t.notFinite("the loss", indices[example:example+1])
		}
		sums.take(t.aim(t.train.Pair(indices[example])), pairs[example], l.measured.LogProbs[i], l.reference[i], l.measured.MeanLogits[i], value, t.config.Beta)
	}
	switch {
	case l.broken == "":
		return nil
	case t.model.Precision() == config.Float16 && t.scale.Factor >= 1:
		t.overflowed = true
		return nil
	default:
		return t.notFinite("the gradient of "+l.broken, own)
	}
}

// notFinite is the error of a step in which some figure of pairs was not a finite number.
func (t *trainer) notFinite(what string, pairs []int) error {
	var places []string
	for _, pair := range pairs {
		places = append(places, t.train.Pair(pair).Where())
	}
	kept := "no checkpoint is saved yet"
	if t.savedAt > 0 {
		kept = fmt.Sprintf("%s%d is the last good checkpoint", run.CheckpointPrefix, t.savedAt)
	}
	return fmt.Errorf("step %d: %s is not a finite number (pairs: %s); lower the learning rate (it is %g); %s",
		t.step+1, what, strings.Join(places, "; "), t.config.LearningRate, kept)
}
