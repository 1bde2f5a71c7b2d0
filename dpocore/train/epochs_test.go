package train_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestRunByEpochs: 10 pairs, 3 a step, are 4 steps per epoch, so 1.5 epochs are 6 steps. It evaluates before the first step,
// after each epoch and at the end, and resumes to the same bytes.
func TestRunByEpochs(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.MaxSteps, c.NumTrainEpochs, c.WarmupSteps, c.WarmupRatio = 0, 1.5, 0, 0.3
	c.EvalSteps, c.SaveSteps, c.EvalOnStart, c.EarlyStopping = config.Epoch, 0.5, true, 2
	c.AdamBeta1, c.AdamBeta2, c.AdamEpsilon, c.WeightDecay = 0.8, 0.99, 1e-6, 0.1
	c.Scheduler, c.MinLRRate, c.DecaySteps = config.WarmupStableDecay, 0.1, 0.3
	whole := filepath.Join(t.TempDir(), "whole")
	r := runtest.Train(t, model, whole, c, data)
	if r.Begun.Config.MaxSteps != 6 || r.Begun.Config.WarmupSteps != 2 || len(r.Steps) != 6 || r.Steps[5].Epoch != 1.6 {
		t.Errorf("the run has %d steps, %d of warm-up, and ends in epoch %g", r.Begun.Config.MaxSteps, r.Begun.Config.WarmupSteps, r.Steps[5].Epoch)
	}
	var at []int
	for _, e := range r.Evaluations {
		at = append(at, e.Step)
	}
	if want := []int{0, 4, 6}; !slices.Equal(at, want) {
		t.Errorf("evaluations at %v, want %v", at, want)
	}
	if !slices.Contains(r.Checkpoints, 3) {
		t.Errorf("checkpoints at %v", r.Checkpoints)
	}
	for i, want := range []float64{0.1, 0.55, 1, 1, 1, 0.55} { // of the peak: the floor, half way up, and half way down to it
		if got := r.Steps[i].LearningRate / c.LearningRate; got < want-1e-12 || got > want+1e-12 {
			t.Errorf("step %d has %g of the learning rate, want %g", i+1, got, want)
		}
	}
	dir := filepath.Join(t.TempDir(), "stopped")
	ctx, cancel := context.WithCancel(context.Background())
	_ = train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 2 {
			cancel()
		}
	}}})
	resumed := runtest.Train(t, model, dir, c, data)
	if resumed.Begun.Step != 2 {
		t.Errorf("resumed after step %d", resumed.Begun.Step)
	}
	runtest.EqualOutcome(t, "resumed", runtest.Outcome(t, dir), runtest.Outcome(t, whole))
}
