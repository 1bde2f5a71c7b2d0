package train

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/reference"
	"example.com/gonb-dpo/dpocore/run"
)

// Job is a run to train.
type Job struct {
	Model    *model.Model
	Dir      string // of the run
	Config   config.Config
	Data     dataset.Data
	Listener Listener
	Shared   *Shared // what runs of this process share; nil for a run by itself
}

// trainer is one process's part of a run.
type trainer struct {
	model    *model.Model
	shared   *Shared
	config   config.Config
	dir      string
	record   run.Record
	listener Listener

	train     *encode.Feed
	held      encode.Examples
	heldNotes []string
	order     order
	mixture   *mixture      // nil where the run mixes no objectives
	shapes    []batch.Shape // of rows
	heldRows  []*batch.Row

	layout     decoder.Layout
	policy     *policy.Policy
	devices    policy.Devices // that train, the policy's first
	compiled   int            // graphs of it that earlier runs have compiled
	references *reference.Cache
	log        *metrics.Log

	begun       time.Time
	expected    forecast
	opened      time.Time // when all was read and the first graph could compile
	step        int       // steps made
	tokens      int64
	savedAt     int // step of the last checkpoint
	evaluatedAt int // step of the last evaluation
	sampledAt   int // step of the last answers
	answerer    *generate.Answerer
	overflowed  bool // a gradient of the step under way is not finite, in float16
	scale       lossScale

	evaluations []metrics.Evaluation // of the steps made
}

// Train trains the run in dir, or goes on with it where a checkpoint is. A finished run returns at once. When the
// context ends, Train leaves the checkpoint of the last finished step and returns a *Stopped.
func Run(ctx context.Context, job Job) error {
	dir, listener := job.Dir, job.Listener
	if err := job.Config.Validate(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	t := &trainer{model: job.Model, shared: job.Shared, config: job.Config, dir: dir, listener: listener, begun: time.Now()}
	if err := t.prepare(ctx, job.Data); err != nil {
		return t.stopped(ctx, err)
	}
	release, started, err := run.Claim(dir, &t.record, job.Config.Overwrite, listener.Note)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer release()
	if started && t.record.Finished {
		if complete, err := run.Intact(dir, listener.Note); err != nil || complete {
			listener.Finished(Finish{Dir: dir})
			return err
		}
		t.record.Finished = false
	}
	defer t.free()
	if err := t.open(started); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := t.run(ctx); err != nil {
		return t.stopped(ctx, err)
	}
	return t.finish()
}

// open loads the model, begins the run in its folder once nothing in the model or the first adapter hinders it, and sets
// the policy to where the run stands.
func (t *trainer) open(started bool) error {
	t.listener.Phase("loading the model")
	if err := t.model.Load(t.record.Config.Precision); err != nil {
		return err
	}
	t.record.Backend, t.record.Config.Precision = t.model.Machine(), t.model.Precision()
	if note := device.Note(t.model.Backend()); note != "" {
		t.listener.Note(note)
	}
	lora, values, err := t.firstAdapter()
	if err != nil {
		return err
	}
	if t.layout, err = decoder.NewLayout(t.model.Weights().Config, lora); err != nil {
		return err
	}
	if values == nil {
		values = t.layout.Init(uint64(t.config.Seed))
	}
	if t.policy, err = t.shared.Fit(t.model, t.layout, values); err != nil {
		return err
	}
	t.compiled = t.policy.Compiles()
	t.scale = firstLossScale(t.model.Precision())
	if err := t.record.Begin(t.dir, !started); err != nil {
		return err
	}
	if err := t.resume(); err != nil {
		return err
	}
	if err := t.preflight(); err != nil {
		return err
	}
	if err := t.spread(); err != nil {
		return err
	}
	t.devices.SetLossScale(t.scale.Factor)
	t.references = reference.Open(t.policy, t.model.ReferenceKey())
	t.shared.Lend(t.references)
	t.log, err = metrics.OpenLog(t.dir, t.step)
	return err
}

// spread brings the policy to all devices that are worth it.
func (t *trainer) spread() (err error) {
	if t.devices, err = policy.Spread(t.policy, t.model.Devices()); err != nil {
		return err
	}
	if n := len(t.devices); n > 1 {
		t.listener.Note(fmt.Sprintf("Training on %d devices: each has the whole model, and the rows of a step go to them in turn.", n))
	}
	return nil
}

// firstAdapter is the adapter to start from: that of the configuration's folder, or nil for a new one.
func (t *trainer) firstAdapter() (decoder.LoRA, []float32, error) {
	dir := t.config.InitAdapter
	if dir == "" {
		return t.config.LoRA(), nil, nil
	}
	layout, values, err := adapter.Load(dir, t.model.Weights().Config)
	if err != nil {
		return layout.LoRA, nil, err
	}
	lora := layout.LoRA
	if own := t.config.LoRA(); lora.Rank != own.Rank || lora.Scale() != own.Scale() || !slices.Equal(lora.Modules, own.Modules) {
		t.listener.Note(fmt.Sprintf("The adapter %s has rank %d, alpha %g and %s; the run takes these.", dir, lora.Rank, lora.Alpha, strings.Join(lora.Modules, ", ")))
	}
	return lora, values, nil
}

// resume sets the policy to the last checkpoint, where there is one.
func (t *trainer) resume() error {
	last, ok, err := run.LatestIntact(t.dir, t.layout, t.listener.Note)
	if err != nil || !ok {
		return err
	}
	if err := run.RestoreLogs(t.dir, last.Step, t.listener.Note); err != nil {
		return err
	}
	t.step, t.tokens, t.savedAt, t.sampledAt = last.Step, last.NumTokens, last.Step, last.Step
	if last.LossScale > 0 { // checkpoints of earlier versions have none
		t.scale = lossScale{last.LossScale, last.LossScaleSteps}
	}
	history, err := metrics.ReadHistory(t.dir)
	if err != nil {
		return err
	}
	for _, evaluation := range history.Evaluations {
		if evaluation.Step <= t.step {
			t.evaluatedAt = evaluation.Step
			t.evaluations = append(t.evaluations, evaluation)
		}
	}
	return t.policy.Restore(last.Adapter, last.Mean, last.Variance, last.Updates)
}

// run makes the steps that are left, with evaluations and checkpoints where they are due.
func (t *trainer) run(ctx context.Context) error {
	t.listener.Begin(Begin{
		Config: t.config, Model: t.model.Describe(), Backend: t.record.Backend, Step: t.step,
		Pairs: t.train.Len(), HeldOut: len(t.held.List), StepsPerEpoch: t.order.stepsPerEpoch(), Rows: t.shapes,
		Mix: t.record.Mix, Expected: t.expected.String(),
	})
	for {
		if len(t.heldRows) > 0 && t.due(t.config.EvalSteps) && t.evaluatedAt < t.step {
			if err := t.evaluate(ctx); err != nil {
				return err
			}
		}
		if (t.due(t.config.SaveSteps) || t.improved()) && t.savedAt < t.step {
			if err := t.save(); err != nil {
				return err
			}
		}
		if t.config.SampleSteps > 0 && t.due(t.config.SampleSteps) && t.sampledAt < t.step {
			if err := t.sample(ctx); err != nil {
				return err
			}
		}
		if t.step == t.config.MaxSteps || t.exhausted() {
			return nil
		}
		if err := t.makeStep(ctx); err != nil {
			return err
		}
	}
}

// due says whether something done every so many steps, and after the last, is to be done now.
func (t *trainer) due(every int) bool {
	return t.step == t.config.MaxSteps || every > 0 && t.step > 0 && t.step%every == 0
}

// free lets go of the device and the log, of the device only once nothing computes on it.
func (t *trainer) free() {
	if t.references != nil {
		t.references.Close()
	}
	if t.log != nil {
		t.log.Close() // each checkpoint has synced what it counts on
	}
	t.model.Work.Finish(func() {
		if t.answerer != nil {
			t.answerer.Close()
		}
		t.devices.FinalizeCopies()
	})
	if t.policy != nil {
		t.shared.Leave(t.model, t.policy)
	}
}
