package replay_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestBFloat16Run: a run in bfloat16 that is stopped and resumed has the bytes of one that is not, and so has its replay. A
// process that measures it later computes in bfloat16 too, so that the held-out pairs have the run's figures; in float32 they
// would differ by more than the tolerance.
func TestBFloat16Run(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	c, data := runtest.Short(t)
	c.MaxSteps, c.Precision = 4, config.BFloat16
	whole, stopped := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "stopped")
	runtest.Train(t, m, whole, c, data)
	want := runtest.Outcome(t, whole)

	ctx, cancel := context.WithCancel(context.Background())
	err := train.Run(ctx, train.Job{Model: m, Dir: stopped, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 2 {
			cancel()
		}
	}}})
	if err == nil {
		t.Fatal("the run was not stopped")
	}
	c.Precision = config.Auto
	if resumed := runtest.Train(t, m, stopped, c, data); len(resumed.Steps) != 2 {
		t.Errorf("resumed, the run made %d steps", len(resumed.Steps))
	}
	runtest.EqualOutcome(t, "resumed", runtest.Outcome(t, stopped), want)

	again := filepath.Join(t.TempDir(), "again")
	found, err := replay.Run(context.Background(), m, whole, again, data, &runtest.Recorder{})
	if err != nil || !found.Agrees() {
		t.Errorf("replayed: %v, %v", found, err)
	}

	later, err := model.FetchBase(context.Background(), m.Path, []string{whole}, config.Prompts{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	saved, err := evaluation.ReadPairs(filepath.Join(whole, evaluation.PairsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, precision := range []string{config.BFloat16, config.Float32} {
		pairs, _, err := measure.Evaluate(context.Background(), later, whole, data.HeldOut, c.MaxLength, func(int, int) {})
		if err != nil || later.Precision() != precision {
			t.Fatalf("measured in %s, %v", later.Precision(), err)
		}
		most := 0.0
		for i := range pairs {
			most = max(most, math.Abs(pairs[i].LogpsChosen-saved[i].LogpsChosen))
		}
		if same := most < 2e-3; same != (precision == config.BFloat16) {
			t.Errorf("measured in %s, log-probabilities differ from the run's by up to %g nats", precision, most)
		}
		if err := later.Load(config.Float32, config.Auto); err != nil {
			t.Fatal(err)
		}
	}
}
