// Package train trains a LoRA adapter, or all weights of a model, on preference pairs or on single answers.
//
// Start with [Run]. A run has three parts: a plan, made before the first step and never changed (the pairs, their order over
// the steps, the shapes of rows); a state, which is what a checkpoint holds; and a loop, which makes the steps and, between
// them, does the tasks that are due: evaluation, checkpoint, sample answers.
package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/reuse"
)

// Job is a run to train.
type Job struct {
	Model    *model.Model
	Dir      string // the run's folder
	Config   config.Config
	Data     dataset.Data
	Listener Listener
	Check    bool         // learn one pair before the first step, and stop if its loss does not fall
	Shared   *reuse.Cache // what the runs of this process share; nil for a single run
}

// Run trains the run in a folder, or resumes it from its latest checkpoint. A finished run returns at once. When the
// context ends, Run saves a checkpoint of the last finished step and returns a *[Stopped].
func Run(ctx context.Context, job Job) error {
	if err := job.Config.Validate(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	t := &trainer{state: state{lastEvaluation: -1}, listener: job.Listener, shared: job.Shared, started: time.Now()}
	if err := job.continueDate(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	var err error
	if t.plan, t.record, err = newPlan(ctx, job); err != nil {
		return t.stopped(ctx, err)
	}
	release, resuming, err := run.Claim(job.Dir, &t.record, job.Config.Overwrite, job.Listener.Note)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer release()
	if resuming && t.record.Finished {
		if intact, err := run.Intact(job.Dir, job.Listener.Note); err != nil || intact {
			job.Listener.Finished(Finish{Dir: job.Dir})
			return errors.Join(err, card.Write(job.Dir), t.reportFinished())
		}
		t.record.Finished = false
	}
	defer t.free()
	if err := t.open(resuming); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if job.Check && t.step == 0 {
		if err := t.check(ctx); err != nil {
			return t.stopped(ctx, err)
		}
	}
	if err := t.loop(ctx); err != nil {
		return t.stopped(ctx, err)
	}
	if err := t.finish(); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	return nil
}
