package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/train/figures"
	"example.com/gonb-dpo/dpocore/train/guard"
	"example.com/gonb-dpo/dpocore/train/lossscale"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/finite"
)

// stepPairs are the pairs of a step: their indices in the training pairs, and their tokens.
type stepPairs struct {
	indices []int
	pairs   []batch.Example
	total   int // pairs of the whole step, of which these may be a batch
}

// makeStep trains on the next pairs. Until the update at its end the run's state does not change.
func (t *trainer) makeStep(ctx context.Context) error {
	indices, pairs, err := t.pairs.At(t.schedule.Step(t.step))
	if err != nil {
		return err
	}
	var sums figures.Sums
	for _, part := range t.batches(stepPairs{indices, pairs, len(pairs)}) {
		if err := t.accumulateBatch(ctx, part, &sums); err != nil {
			return err
		}
	}
	rate := t.config.RateAt(t.step) * guard.Factor(t.config, t.evaluations)
	norm, err := t.update(rate, indices)
	if err != nil {
		return err
	}
	t.step++
	t.tokens += sums.Tokens()
	event := sums.Event()
	event.Step, event.Epoch, event.Seconds = t.step, t.schedule.Epoch(t.step), time.Since(t.started).Seconds()
	event.GradNorm, event.LearningRate, event.NumTokens = norm, rate, t.tokens
	if err := t.log.Step(event); err != nil {
		return err
	}
	t.listener.Step(event)
	return nil
}

// accumulateBatch adds the gradients and figures of a step or a batch of it.
func (t *trainer) accumulateBatch(ctx context.Context, part stepPairs, sums *figures.Sums) error {
	rows, err := t.pack(part.pairs)
	if err != nil {
		return err
	}
	loss, err := t.lossOf(ctx, part.pairs)
	if err != nil {
		return err
	}
	if t.config.KTO() {
		sums.AddKL(loss.Divergence, len(part.pairs))
	}
	for rows := range slices.Chunk(rows, len(t.devices)) {
		if err := t.accumulate(ctx, rows, loss, part, sums); err != nil {
			return err
		}
	}
	return nil
}

// rowResult is what a row's gradient was computed from, and with what result.
type rowResult struct {
	reference [][2]float32
	measured  policy.Measured
	notFinite string // the first tensor whose gradient is not finite, or ""
}

// accumulate adds the gradients and figures of rows, at most one for each device.
func (t *trainer) accumulate(ctx context.Context, rows []*batch.Row, loss policy.Loss, step stepPairs, sums *figures.Sums) error {
	results, err := device.Await(ctx, &t.model.Work, func() ([]rowResult, error) {
		results := make([]rowResult, len(rows))
		return results, t.devices.Each(len(rows), func(i int, p *policy.Policy) (err error) {
			results[i], err = t.accumulateOn(p, rows[i], loss, step)
			return err
		})
	})
	if err != nil {
		return err
	}
	for i, row := range rows {
		if err := t.sum(row, results[i], step, sums); err != nil {
			return err
		}
	}
	return nil
}

// accumulateOn adds a row's gradient on a device.
func (t *trainer) accumulateOn(p *policy.Policy, row *batch.Row, loss policy.Loss, step stepPairs) (r rowResult, err error) {
	r.reference = make([][2]float32, len(row.Examples))
	if t.reward.NeedsReference() {
		if r.reference, err = t.reference(p, row); err != nil {
			return r, err
		}
	}
	weights := make([]float32, len(row.Examples))
	for i, example := range row.Examples {
		weights[i] = t.schedule.Weight(step.indices[example]) / float32(step.total)
	}
	p.Drop(t.config.LoRADropout, t.dropoutSeed(step.indices[row.Examples[0]]))
	if r.measured, err = p.Accumulate(row, r.reference, weights, loss); err != nil {
		return r, err
	}
	r.notFinite, err = p.NotFinite()
	return r, err
}

// dropoutSeed is what the dropout of a row in the next step is drawn from. The row's first pair stands for the row, so that a resumed
// run and one on several devices draw the same.
func (t *trainer) dropoutSeed(firstPair int) uint64 {
	return dropout.MixSeed(dropout.MixSeed(uint64(t.config.Seed), uint64(t.step)), uint64(firstPair))
}

// sum adds a row's figures, after checking that they are finite.
func (t *trainer) sum(row *batch.Row, r rowResult, step stepPairs, sums *figures.Sums) error {
	var indices []int
	for i, example := range row.Examples {
		index := step.indices[example]
		indices = append(indices, index)
		loss := float64(r.measured.Losses[i])
		if !finite.Is(loss) {
			return t.notFiniteError("the loss", indices[i:])
		}
		pair := figures.Pair{
			Policy: r.measured.LogProbs[i], Reference: r.reference[i], Logits: r.measured.MeanLogits[i], Loss: loss,
			Beta: t.config.Beta, Reward: t.reward, Entropy: r.measured.Entropy[i], Likeliest: r.measured.Likeliest[i], FineTuning: t.config.FineTuning(),
		}
		sums.Add(t.objective(t.pairs.Pair(index)), step.pairs[example], pair)
	}
	switch {
	case r.notFinite == "":
		return nil
	case t.model.Precision() == config.Float16 && t.scale.Factor >= 1:
		t.overflowed = true
		return nil
	default:
		return t.notFiniteError("the gradient of "+r.notFinite, indices)
	}
}

// update makes an optimizer step with the accumulated gradients, those of the pairs with these indices, and returns their
// norm. In float16 a gradient can overflow; such a step changes nothing but the loss scale.
func (t *trainer) update(rate float64, indices []int) (norm float64, err error) {
	overflowed := t.overflowed
	t.overflowed = false
	if overflowed {
		norm, err = math.NaN(), t.devices.DropGradients()
	} else {
		norm, err = t.devices.Update(rate, t.config.MaxGradNorm, t.config.AdamW())
	}
	switch {
	case errors.Is(err, policy.ErrNotFinite):
		return norm, t.notFiniteError("the norm of the trained weights", indices)
	case err != nil:
		return norm, err
	}
	t.scale = t.scale.Next(overflowed, lossscale.Initial(t.model.Precision()).Factor)
	t.devices.SetLossScale(t.scale.Factor)
	if overflowed {
		t.listener.Note(fmt.Sprintf("Step %d was skipped: its gradient overflows float16. The loss scale is now %g; if this happens often, train in float32.", t.step+1, t.scale.Factor))
	}
	return norm, nil
}

// notFiniteError is the error of a step in which a figure of these pairs was not finite.
func (t *trainer) notFiniteError(what string, pairs []int) error {
	var places []string
	for _, pair := range pairs {
		places = append(places, t.pairs.Pair(pair).Where())
	}
	checkpoint := "no checkpoint is saved yet"
	if t.lastSave > 0 {
		checkpoint = fmt.Sprintf("%s%d is the last good checkpoint", checkpoints.Prefix, t.lastSave)
	}
	return fmt.Errorf("step %d: %s is not a finite number (pairs: %s); lower the learning rate (it is %g); %s",
		t.step+1, what, strings.Join(places, "; "), t.config.LearningRate, checkpoint)
}
