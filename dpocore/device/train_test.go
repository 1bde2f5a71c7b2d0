package device_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// silent is a listener that records only the start of the run.
type silent struct{ begin train.Begin }

func (s *silent) Begin(b train.Begin)        { s.begin = b }
func (*silent) Phase(string)                 {}
func (*silent) Note(string)                  {}
func (*silent) Step(metrics.Event)           {}
func (*silent) Evaluating(int, int)          {}
func (*silent) Evaluated(metrics.Evaluation) {}
func (*silent) Sampled(int, []train.Answer)  {}
func (*silent) Saved(int, string)            {}
func (*silent) Finished(train.Finish)        {}

// TestPureGoMatchesXLA trains the tiny model on the built-in pairs in pure Go and with XLA: rows of more than 128 tokens,
// forward and backward pass, AdamW and evaluation. The results may differ only by the rounding of sums.
func TestPureGoMatchesXLA(t *testing.T) {
	cachetest.Own(t)
	model := tinymodel.WriteChat(t, 1)
	xla, xlaName := trainOn(t, model, "")
	pure, pureName := trainOn(t, model, "go")
	if xlaName == pureName {
		t.Fatalf("both runs used %s", xlaName)
	}
	if len(xla.Steps) != len(pure.Steps) || len(pure.Evaluations) != len(xla.Evaluations) || len(pure.Evaluations) == 0 {
		t.Fatalf("XLA: %d steps and %d evaluations, pure Go: %d and %d",
			len(xla.Steps), len(xla.Evaluations), len(pure.Steps), len(pure.Evaluations))
	}
	for i, want := range xla.Steps {
		got := pure.Steps[i]
		checkNear(t, want.Step, "loss", got.Loss, want.Loss, 1e-4)
		checkNear(t, want.Step, "rewards/margins", got.RewardsMargins, want.RewardsMargins, 1e-4)
		checkNear(t, want.Step, "grad_norm", got.GradNorm, want.GradNorm, 1e-4*math.Abs(want.GradNorm))
		checkNear(t, want.Step, "logps/chosen", got.LogpsChosen, want.LogpsChosen, 1e-6*math.Abs(want.LogpsChosen))
	}
	for i, want := range xla.Evaluations {
		checkNear(t, want.Step, "eval_loss", pure.Evaluations[i].Loss, want.Loss, 1e-4)
	}
}

// trainOn runs two steps on a backend. It returns their metrics and the name of the backend.
func trainOn(t *testing.T, path, backend string) (metrics.History, string) {
	t.Helper()
	t.Setenv(device.Env, backend)
	model, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	config := config.Default()
	config.MaxSteps, config.WarmupSteps, config.BatchSize, config.LearningRate = 2, 0, 2, 1e-3
	data, err := dataset.Load(dataset.Builtin, "", 0, config.Seed)
	if err != nil {
		t.Fatal(err)
	}
	data.HeldOut.Pairs = data.HeldOut.Pairs[:2]
	dir := filepath.Join(t.TempDir(), "run")
	var listener silent
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: &listener}); err != nil {
		t.Fatal(err)
	}
	history, err := metrics.ReadHistory(dir)
	if err != nil {
		t.Fatal(err)
	}
	if listener.begin.Rows[0].Tokens <= 128 {
		t.Errorf("the rows have %d tokens; the test needs more than 128", listener.begin.Rows[0].Tokens)
	}
	seconds := history.Steps[len(history.Steps)-1].Seconds - history.Steps[0].Seconds
	t.Logf("%s: rows of %d tokens, %.2f s per step", listener.begin.Backend, listener.begin.Rows[0].Tokens, seconds/float64(len(history.Steps)-1))
	return history, listener.begin.Backend
}

func checkNear(t *testing.T, step int, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("step %d: %s is %.8g in pure Go and %.8g with XLA; they may differ by %.2g", step, name, got, want, tolerance)
	}
}
