package train

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/parallel"
	"example.com/gonb-dpo/dpocore/reference"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/lossscale"
	"example.com/gonb-dpo/dpocore/train/trained"
)

// machine is what a run computes with and writes to.
type machine struct {
	layout     decoder.Layout
	policy     *policy.Policy
	devices    parallel.Devices   // that train, the policy's first
	compiled   int                // graphs of the policy that earlier runs compiled
	references *reference.Cache   // nil if nothing needs the reference
	answerer   *generate.Answerer // of the sample prompts; nil until they were answered once
	log        *metrics.Log
}

// open loads the model, starts the run in its folder once nothing in the model or the first adapter prevents it, and sets
// policy and state to where the run is.
func (t *trainer) open(resuming bool) error {
	t.listener.Phase("loading the model")
	if err := trained.Check(t.config, t.model); err != nil {
		return err
	}
	if err := t.model.Load(t.record.Config.Precision, t.record.Config.Base()); err != nil {
		return err
	}
	t.record.Backend = t.model.Machine()
	t.record.Config.Precision, t.record.Config.BaseWeights = t.model.Precision(), t.model.BaseWeights()
	for _, note := range []string{device.Note(t.model.Backend()), t.model.PrecisionNote(), t.model.QuantizedNote()} {
		if note != "" {
			t.listener.Note(note)
		}
	}
	if err := t.checkMemory(); err != nil {
		return err
	}
	if err := t.openPolicy(); err != nil {
		return err
	}
	if err := t.record.Begin(t.dir, !resuming); err != nil {
		return err
	}
	if err := run.WritePrompts(t.dir, t.trained); err != nil {
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
	if err := t.openReferences(); err != nil {
		return err
	}
	var err error
	if t.log, err = metrics.OpenLog(t.dir, t.step); err != nil || t.config.ReportTo != config.TensorBoard {
		return err
	}
	return t.log.Report(t.dir, t.record.Config)
}

// openPolicy puts the first adapter on the model: that of the configured folder, or a new one. Or all weights are trained.
func (t *trainer) openPolicy() (err error) {
	var values []float32
	if t.layout, values, err = trained.First(t.config, t.model); err != nil {
		return err
	}
	if t.policy, err = policy.New(t.model.Backend(), t.model.Weights(), t.layout, values); err != nil {
		return err
	}
	if t.record.Model.Reference == "" {
		values = nil
	}
	if err := t.policy.SetReference(values); err != nil {
		return err
	}
	t.compiled = t.policy.Compiles()
	t.scale = lossscale.Initial(t.model.Precision())
	return nil
}

// resume sets policy and state to the latest checkpoint, if any.
func (t *trainer) resume() error {
	latest, ok, err := run.LatestIntact(t.dir, t.layout, t.listener.Note)
	if err != nil || !ok {
		return err
	}
	if err := run.RestoreLogs(t.dir, latest.Step, t.listener.Note); err != nil {
		return err
	}
	history, err := metrics.ReadHistory(t.dir)
	if err != nil {
		return err
	}
	t.forkedAt = t.record.Fork.At()
	t.restore(latest, history)
	return t.policy.Restore(latest.Adapter, latest.Mean, latest.Variance, latest.Updates)
}

// spread copies the policy to all devices that training uses.
func (t *trainer) spread() (err error) {
	if t.devices, err = parallel.Spread(t.policy, t.model.Devices()); err != nil {
		return err
	}
	t.devices.SetLossScale(t.scale.Factor)
	if n := len(t.devices); n > 1 {
		t.listener.Note(fmt.Sprintf("Training on %d devices: each holds the whole model, and the rows of a step are distributed over them.", n))
	}
	return nil
}

// free releases the device once nothing computes on it any more, and closes the log.
func (t *trainer) free() {
	if t.references != nil {
		t.references.Close()
	}
	if t.log != nil {
		t.log.Close() // each checkpoint has synced what it relies on
	}
	t.model.Work.WhenIdle(func() {
		if t.answerer != nil {
			t.answerer.Close()
		}
		t.devices.FinalizeCopies()
		if t.policy != nil {
			t.policy.Finalize()
		}
		if t.other != nil {
			t.other.Close()
		}
	})
}
