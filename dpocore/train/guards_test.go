package train_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/guard"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestGuards: a run that moves fast crosses each bound, stops with a checkpoint and says why; it stops again when it is resumed with the
// same bound, and with a higher one ends as a run without guards. What the guards measured is what dpo eval measures.
func TestGuards(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.LearningRate, c.WarmupSteps, c.SaveSteps = 0.02, 0, 0
	free := filepath.Join(t.TempDir(), "free")
	runtest.Train(t, model, free, c, data)

	c.GuardKL, c.GuardChosen, c.GuardRepetition = 1e6, 1e6, 1
	watched := filepath.Join(t.TempDir(), "watched")
	runtest.Train(t, model, watched, c, data)
	if a, b := runtest.Read(t, filepath.Join(free, "adapter_model.safetensors")), runtest.Read(t, filepath.Join(watched, "adapter_model.safetensors")); a != b {
		t.Error("guards that nothing crosses change the adapter")
	}
	h, err := metrics.ReadHistory(watched)
	if err != nil {
		t.Fatal(err)
	}
	last := h.Evaluations[len(h.Evaluations)-1].Guards
	pairs, _, err := measure.Evaluate(context.Background(), model, watched, data.HeldOut, c.MaxLength, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	report, err := evaluation.Summarize(pairs, c.Beta)
	if err != nil {
		t.Fatal(err)
	}
	if want := report.KL.Value; !(want > 0) || math.Abs(last.KL-want) > 1e-6*want {
		t.Errorf("the guard measured KL %g, an evaluation %g", last.KL, want)
	}
	if want := guard.Lost(pairs); want == 0 || math.Abs(last.Chosen-want) > 1e-4*math.Abs(want) {
		t.Errorf("the guard measured %g nats lost, an evaluation %g", last.Chosen, want)
	}
	if !(last.Repetition >= 0 && last.Repetition <= 1) {
		t.Errorf("the repetition is %g", last.Repetition)
	}

	first := h.Evaluations[0].Guards
	c.GuardChosen, c.GuardRepetition, c.GuardKL = 0, 0, (first.KL+h.Evaluations[1].Guards.KL)/2
	dir := filepath.Join(t.TempDir(), "run")
	for range 2 {
		r := &runtest.Recorder{}
		err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: r})
		var stopped *guard.Stopped
		if !errors.As(err, &stopped) || stopped.Step != 4 || !strings.Contains(err.Error(), "the divergence from the reference is") || !strings.Contains(err.Error(), "checkpoint-4") {
			t.Fatalf("got %v after %d steps", err, len(r.Steps))
		}
		if r.Complete {
			t.Error("a run that a guard stopped says that it has finished")
		}
	}
	c.GuardKL = 1e6
	if r := runtest.Train(t, model, dir, c, data); len(r.Steps) != 2 {
		t.Errorf("with a higher bound the run made %d more steps, want 2", len(r.Steps))
	}
	if a, b := runtest.Read(t, filepath.Join(free, "adapter_model.safetensors")), runtest.Read(t, filepath.Join(dir, "adapter_model.safetensors")); a != b {
		t.Error("stopped by a guard and resumed, the run ends with another adapter")
	}
}

// TestGuardSlows: each evaluation beyond the bound halves the rate, also in a run that is stopped and resumed, to the same bytes.
func TestGuardSlows(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.LearningRate, c.Scheduler, c.GuardKL, c.GuardAction = 0.02, config.Constant, 1e-9, config.GuardSlow
	whole, dir := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "run")
	r := runtest.Train(t, model, whole, c, data)
	for i, e := range r.Steps {
		if want := 0.02 * []float64{1, 1, 0.5, 0.5, 0.25, 0.25}[i]; e.LearningRate != want {
			t.Errorf("step %d has the rate %g, want %g", e.Step, e.LearningRate, want)
		}
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "above the bound of 1e-09 (guard_kl); the learning rate is multiplied by 0.25 from here on") {
		t.Errorf("the notes are %s", notes)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_ = train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 5 {
			cancel()
		}
	}}})
	runtest.Train(t, model, dir, c, data)
	runtest.EqualOutcome(t, "slowed down, stopped", runtest.Outcome(t, dir), runtest.Outcome(t, whole))
}

func TestGuardMistakes(t *testing.T) {
	model := runtest.Model(t)
	for want, change := range map[string]func(*train.Job){
		"guards need held-out pairs":                  func(j *train.Job) { j.Data.HeldOut = nil },
		"guards are checked after evaluations":        func(j *train.Job) { j.Config.EvalSteps = 0 },
		"the loss simpo has no reference that chosen": func(j *train.Job) { j.Config.LossType, j.Config.GuardChosen = "simpo", 1 },
		`unknown action of the guards "wait"`:         func(j *train.Job) { j.Config.GuardAction = "wait" },
	} {
		c, data := runtest.Short(t)
		c.GuardKL = 1
		job := train.Job{Model: model, Dir: filepath.Join(t.TempDir(), "run"), Config: c, Data: data, Listener: &runtest.Recorder{}}
		change(&job)
		if err := train.Run(context.Background(), job); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestGuardsOfAnswers: the guards on chosen answers and on repetition stop a run once what they measure crosses their bound, each at the
// evaluation at which it first does. The model learns to repeat two characters, so that chosen held-out answers, of others, become less likely.
func TestGuardsOfAnswers(t *testing.T) {
	cachetest.Own(t)
	m := openBytes(t, 1)
	c, data := runtest.Short(t)
	c.LearningRate, c.WarmupSteps, c.SaveSteps, c.LossType = 0.02, 0, 0, "sigmoid,sft"
	for i := range data.Train.Pairs {
		data.Train.Pairs[i].Chosen = strings.Repeat("a ", 60)
	}
	for i := range data.HeldOut.Pairs {
		data.HeldOut.Pairs[i].Chosen = strings.Repeat("QXZ", 10+i)
	}
	c.SamplePrompts = []string{"a a a a a"}
	c.GuardChosen, c.GuardRepetition = 1e6, 1
	watched := runtest.Train(t, m, filepath.Join(t.TempDir(), "watched"), c, data)
	for name, guarded := range map[string]struct {
		value func(*metrics.Guards) float64
		bound func(*config.Config) *float64
		want  string
	}{
		"guard_chosen":     {func(g *metrics.Guards) float64 { return g.Chosen }, func(c *config.Config) *float64 { return &c.GuardChosen }, "less likely than under the reference"},
		"guard_repetition": {func(g *metrics.Guards) float64 { return g.Repetition }, func(c *config.Config) *float64 { return &c.GuardRepetition }, "of the sampled answers is repeated"},
	} {
		highest := 0.
		for _, e := range watched.Evaluations {
			highest = max(highest, guarded.value(e.Guards))
		}
		if highest == 0 {
			t.Errorf("%s: nothing was measured that a bound could be below: %+v", name, watched.Evaluations)
			continue
		}
		bounded, step := c, 0
		bounded.GuardChosen, bounded.GuardRepetition = 0, 0
		*guarded.bound(&bounded) = highest / 2
		for _, e := range watched.Evaluations {
			if step == 0 && guarded.value(e.Guards) > highest/2 {
				step = e.Step
			}
		}
		dir := filepath.Join(t.TempDir(), name)
		err := train.Run(context.Background(), train.Job{Model: m, Dir: dir, Config: bounded, Data: data, Listener: &runtest.Recorder{}})
		var stopped *guard.Stopped
		if !errors.As(err, &stopped) || stopped.Step != step || !strings.Contains(err.Error(), guarded.want) {
			t.Errorf("%s with a bound of %g: stopped at %+v, want step %d: %v", name, highest/2, stopped, step, err)
		}
	}
}
