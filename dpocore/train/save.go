package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
)

// save writes the checkpoint of the last finished step.
func (t *trainer) save() error {
	if err := t.log.Sync(); err != nil {
		return err
	}
	perEpoch := t.order.stepsPerEpoch()
	s := run.Checkpoint{Position: run.Position{Step: t.step, Epoch: t.step / perEpoch, NextPair: t.step % perEpoch * t.order.perStep,
		Seed: t.config.Seed, NumTokens: t.tokens, Updates: t.policy.Updates(), LossScale: t.scale.Factor, LossScaleSteps: t.scale.Served}}
	var err error
	if s.Adapter, s.Mean, s.Variance, err = t.policy.Snapshot(); err != nil {
		return err
	}
	if err := run.WriteCheckpoint(t.dir, t.model.BaseName(), t.record, t.layout, s, t.summary(false)); err != nil {
		return err
	}
	t.savedAt = t.step
	t.listener.Saved(t.step, fmt.Sprintf("%s/%s%d", t.dir, run.CheckpointPrefix, t.step))
	return nil
}

// stopped saves what a cancelled run has reached.
func (t *trainer) stopped(ctx context.Context, cause error) error {
	if ctx.Err() == nil || !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("train: %w", cause)
	}
	if t.policy == nil { // before the run was opened; an earlier process may have left checkpoints
		if steps, err := run.Checkpoints(t.dir); err == nil && len(steps) > 0 {
			t.step, t.savedAt = steps[len(steps)-1], steps[len(steps)-1]
		}
	}
	if t.savedAt < t.step {
		if err := t.save(); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
	}
	return &Stopped{Step: t.step, Dir: t.dir, Cause: cause}
}

func (t *trainer) summary(finished bool) metrics.Summary {
	best, loss, _ := t.best()
	checkpoint := filepath.Join(t.dir, run.CheckpointPrefix+strconv.Itoa(best))
	if _, err := os.Stat(checkpoint); best == 0 || best != t.step && err != nil {
		checkpoint = ""
	}
	return metrics.Summary{
		BestStep: best, BestLoss: loss, BestCheckpoint: checkpoint,
		MaxSteps: t.config.MaxSteps, NumTrainEpochs: int(math.Ceil(float64(t.seen(t.config.MaxSteps)) / float64(t.train.Len()))),
		EvalSteps: t.config.EvalSteps, SaveSteps: t.config.SaveSteps, TrainBatchSize: t.config.BatchSize,
		Finished: finished, TrainRuntime: time.Since(t.begun).Seconds(), TrainSamples: t.seen(t.step),
	}
}
