package train

import (
	"context"
	"math"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/trained"
	"example.com/gonb-dpo/internal/checkpoints"
)

// save writes the checkpoint of the last finished step, even if the context has ended.
func (t *trainer) save(context.Context) error {
	if err := t.log.Sync(); err != nil {
		return err
	}
	c := run.Checkpoint{Position: t.position(t.plan, t.policy.Updates())}
	var err error
	if c.Adapter, c.Mean, c.Variance, err = t.policy.Snapshot(); err != nil {
		return err
	}
	write := func(folder string, values []float32) error {
		return trained.Write(folder, t.config, t.model, t.layout, values, true)
	}
	if err := run.WriteCheckpoint(t.dir, t.record, c, write, t.summary(false)); err != nil {
		return err
	}
	t.listener.Saved(t.step, checkpoints.Folder(t.dir, t.step))
	return nil
}

// summary is what trainer_state.json says about the whole run.
func (t *trainer) summary(finished bool) metrics.Summary {
	best, loss, _ := t.best()
	return metrics.Summary{
		BestStep: best, BestLoss: loss, BestCheckpoint: t.bestCheckpoint(best),
		MaxSteps: t.config.MaxSteps, NumTrainEpochs: int(math.Ceil(t.schedule.Epoch(t.config.MaxSteps))),
		EvalSteps: t.config.EvalSteps.Int(), SaveSteps: t.config.SaveSteps.Int(), TrainBatchSize: t.config.BatchSize,
		Finished: finished, TrainRuntime: time.Since(t.started).Seconds(), TrainSamples: t.schedule.PairsBefore(t.step),
	}
}
