package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/cost"
	"example.com/gonb-dpo/dpocore/train/reuse"
	"example.com/gonb-dpo/internal/checkpoints"
)

// trainer is one process's part of a run.
type trainer struct {
	*plan
	state
	machine

	record   run.Record
	listener Listener
	shared   *reuse.Cache

	started    time.Time
	opened     time.Time // when everything was read and the first graph could compile
	expected   cost.Cost
	overflowed bool // a gradient of the current step is not finite, in float16
}

// task is something that a run does between steps.
type task struct {
	enabled bool
	every   int         // steps; 0 for only after the last one
	early   func() bool // due in any case; nil for never
	last    *int        // the step after which it was done last
	do      func(context.Context) error
}

// tasks are done in this order once they are due. With early stopping the run may end with its best step, which is
// therefore saved.
func (t *trainer) tasks() []task {
	best := func() bool { return t.config.EarlyStopping > 0 && t.improved() }
	first := func() bool { return t.config.EvalOnStart && t.step == 0 }
	return []task{
		{enabled: len(t.heldOutRows) > 0, every: t.config.EvalSteps.Int(), early: first, last: &t.lastEvaluation, do: t.evaluate},
		{enabled: true, every: t.config.SaveSteps.Int(), early: best, last: &t.lastSave, do: t.save},
		{enabled: t.config.SampleSteps > 0, every: t.config.SampleSteps, last: &t.lastSample, do: t.sample},
	}
}

// due reports whether a task is to be done after the last step and has not been done yet.
func (t *trainer) due(task task) bool {
	final := t.step == t.config.MaxSteps
	regular := task.every > 0 && t.step > 0 && t.step%task.every == 0
	return task.enabled && *task.last < t.step && (final || regular || task.early != nil && task.early())
}

// loop makes the remaining steps, with the tasks that are due between them.
func (t *trainer) loop(ctx context.Context) error {
	t.listener.Begin(Begin{
		Config: t.config, Model: t.model.Describe(), Backend: t.record.Backend, Step: t.step,
		Pairs: t.pairs.Len(), Single: t.pairs.Pair(0).Single, HeldOut: len(t.heldOut.List), StepsPerEpoch: t.schedule.StepsPerEpoch(), Rows: t.shapes,
		Mix: t.record.Mix, Expected: t.expected.String(), Cost: numbers(t.expected),
	})
	tasks := t.tasks()
	for {
		for _, task := range tasks {
			if !t.due(task) {
				continue
			}
			if err := task.do(ctx); err != nil {
				return err
			}
			*task.last = t.step
		}
		if err := t.guarded(ctx); err != nil {
			return err
		}
		exhausted := t.config.EarlyStopping > 0 && t.evaluationsSinceBest() >= t.config.EarlyStopping
		if t.step == t.config.MaxSteps || exhausted {
			return nil
		}
		if err := t.makeStep(ctx); err != nil {
			return err
		}
	}
}

// stopped turns the error of a canceled run into a *Stopped, after saving a checkpoint.
func (t *trainer) stopped(ctx context.Context, cause error) error {
	if ctx.Err() == nil || !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("train: %w", cause)
	}
	if t.policy == nil { // not opened yet; an earlier process may have left checkpoints
		if steps, err := checkpoints.Steps(t.dir); err == nil && len(steps) > 0 {
			t.step, t.lastSave = steps[len(steps)-1], steps[len(steps)-1]
		}
	}
	if t.lastSave < t.step {
		if err := t.save(ctx); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
	}
	return &Stopped{Step: t.step, Dir: t.dir, Cause: cause}
}

// bestCheckpoint is the folder of the best evaluated step, or "" if there is none or it was not saved.
func (t *trainer) bestCheckpoint(best int) string {
	folder := checkpoints.Folder(t.dir, best)
	if _, err := os.Stat(folder); best == 0 || best != t.step && err != nil {
		return ""
	}
	return folder
}
