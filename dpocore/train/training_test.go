package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// A rate that is far too high makes the held-out loss rise: the run ends early and takes the best step's adapter.
func TestEarlyStoppingTakesTheBestCheckpoint(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.SaveSteps, c.KeepCheckpoints, c.EarlyStopping = 30, 1, 0, 1, 3
	c.LearningRate, c.Scheduler, c.WarmupSteps, c.Beta = 0.05, "constant", 0, 1
	dir := filepath.Join(t.TempDir(), "run")
	r := runtest.Train(t, model, dir, c, data)
	best := slices.MinFunc(r.Evaluations, func(a, b metrics.Evaluation) int {
		if a.Loss < b.Loss {
			return -1
		}
		return 1
	}).Step
	if last := len(r.Steps); last != best+3 || last >= c.MaxSteps {
		t.Fatalf("the run made %d steps and was best after %d of %d; it should end 3 evaluations later", last, best, c.MaxSteps)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "the run ends after step") }) {
		t.Errorf("no note says that the run ended early: %q", r.Notes)
	}
	own, kept := runtest.Read(t, filepath.Join(dir, "adapter_model.safetensors")), runtest.Read(t, filepath.Join(dir, runtest.Checkpoint(best), "adapter_model.safetensors"))
	if own != kept {
		t.Error("the run's adapter is not that of its best checkpoint")
	}
	var state struct {
		Best       int     `json:"best_global_step"`
		Metric     float64 `json:"best_metric"`
		Checkpoint string  `json:"best_model_checkpoint"`
	}
	if err := json.Unmarshal([]byte(runtest.Read(t, filepath.Join(dir, "trainer_state.json"))), &state); err != nil {
		t.Fatal(err)
	}
	if state.Best != best || state.Checkpoint != filepath.Join(dir, runtest.Checkpoint(best)) || !(state.Metric > 0) {
		t.Errorf("trainer_state.json marks %+v as the best, want step %d", state, best)
	}
}

// A stopped run with early stopping resumes to the same end: its evaluations so far are on disk.
func TestEarlyStoppingResumes(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.SaveSteps, c.EarlyStopping = 30, 1, 0, 3
	c.LearningRate, c.Scheduler, c.WarmupSteps, c.Beta = 0.05, "constant", 0, 1
	whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
	steps := len(runtest.Train(t, model, whole, c, data).Steps)
	ctx, cancel := context.WithCancel(context.Background())
	err := train.Run(ctx, train.Job{Model: model, Dir: parts, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == steps-1 {
			cancel()
		}
	}}})
	if err == nil {
		t.Fatal("the run was not stopped")
	}
	runtest.Train(t, model, parts, c, data)
	runtest.EqualOutcome(t, "stopped before its end", runtest.Outcome(t, parts), runtest.Outcome(t, whole))
}

func TestOverwriteBeginsAnew(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	c.Beta, c.Overwrite = 0.3, true
	r := runtest.Train(t, model, dir, c, data)
	if len(r.Steps) != c.MaxSteps {
		t.Errorf("the run repeated %d of %d steps", len(r.Steps), c.MaxSteps)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	runtest.Train(t, model, fresh, c, data)
	runtest.EqualOutcome(t, "overwritten", runtest.Outcome(t, dir), runtest.Outcome(t, fresh))
}

// A rate or a beta so high that numbers overflow: step, pairs and what overflowed are named, and which checkpoint is a good
// one.
func TestNotFiniteStopsTheRun(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	for _, test := range []struct {
		rate, beta float64
		says, kept string
	}{
		{1e30, 0.1, "step 2: the norm of the trained weights", "checkpoint-1 is the last good checkpoint"},
		{1e30, 1e38, "step 1: the gradient of base_model.", "no checkpoint is saved yet"},
	} {
		c, data := runtest.Short(t)
		c.LearningRate, c.Beta, c.WarmupSteps, c.SaveSteps, c.MaxGradNorm = test.rate, test.beta, 1, 1, 1e30
		dir := filepath.Join(t.TempDir(), "run")
		err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}})
		if err == nil {
			t.Fatal("no error")
		}
		for _, want := range []string{test.says, "is not a finite number (pairs: ", "lower the learning rate (it is 1e+30)", test.kept} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error %q does not say %q", err, want)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "adapter_model.safetensors")); err == nil {
			t.Error("a run that failed left an adapter as if it had finished")
		}
		if !strings.HasPrefix(test.kept, "checkpoint-1") {
			continue
		}
		if lora, err := adapter.ReadConfig(filepath.Join(dir, "checkpoint-1")); err != nil || lora.Rank != c.LoRARank {
			t.Errorf("the last checkpoint can't be read: %v", err)
		}
	}
}

// Every loss, scheduler and choice of projections trains and is kept in the folder.
func TestEveryLossTrains(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	for i, lossType := range loss.Types() {
		t.Run(lossType, func(t *testing.T) {
			c, data := runtest.Short(t)
			c.LossType, c.MaxSteps, c.Scheduler = lossType, 3, []string{config.Linear, config.Cosine, config.ConstantWithWarmup}[i%3]
			c.LoRAModules, c.RSLoRA = [][]string{nil, {"q_proj", "v_proj"}}[i%2], i%3 == 0
			if c.SFTWeight = float64(i % 2); c.KTO() { // which has no such term
				c.SFTWeight = 0
			}
			if loss.CheckSmoothing(lossType, 0) != nil {
				c.LabelSmoothing = 0.001
			}
			dir := filepath.Join(t.TempDir(), "run")
			for _, e := range runtest.Train(t, model, dir, c, data).Steps {
				if math.IsNaN(e.Loss) || !(e.GradNorm > 0) {
					t.Errorf("step %d: loss %g, gradient norm %g", e.Step, e.Loss, e.GradNorm)
				}
			}
			lora, err := adapter.ReadConfig(dir)
			if err != nil || !lora.Equal(c.LoRA()) {
				t.Errorf("the folder says %+v (%v), the run had %+v", lora, err, c.LoRA())
			}
		})
	}
}

// In float16 a run trains, samples and resumes, and its merged model is made from the weights in full.
func TestFloat16Run(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.Precision, c.SamplePrompts, c.SampleSteps, c.SampleTokens = "float16", []string{"Hello?"}, 3, 4
	dir := filepath.Join(t.TempDir(), "run")
	half := runtest.Train(t, model, dir, c, data)
	if !strings.Contains(half.Begun.Model, "computed in float16") {
		t.Errorf("the run begins with the model %q", half.Begun.Model)
	}
	merged := filepath.Join(t.TempDir(), "merged")
	if _, err := export.Merge(context.Background(), model, dir, merged, "float32"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(model.Describe(), "computed in float32") {
		t.Errorf("after merging the model is %q", model.Describe())
	}
	c.Precision = "auto"
	again := &runtest.Recorder{}
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: again}); err != nil || !again.Complete {
		t.Errorf("the finished run with its precision left open: %v", err)
	}
	c.Precision = "float32"
	full := runtest.Train(t, model, filepath.Join(t.TempDir(), "full"), c, data)
	for i := range full.Steps {
		if difference := math.Abs(full.Steps[i].Loss - half.Steps[i].Loss); difference > 0.01 {
			t.Errorf("step %d: the loss in float16 differs by %g", i+1, difference)
		}
	}
}

// An interrupt while the pairs are read is an interrupt like any other, and names the checkpoint of before.
func TestStoppedWhileReading(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	dir := filepath.Join(t.TempDir(), "run")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, want := range []int{0, 2} {
		var stopped *train.Stopped
		if err := train.Run(ended, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}}); !errors.As(err, &stopped) || stopped.Step != want {
			t.Errorf("error %v, want one that names step %d", err, want)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		_ = train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
			if e.Step == 2 {
				cancel()
			}
		}}})
	}
}
