package dpocore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/tinymodel"
)

// recorder is a listener that keeps what it is told and can stop a run.
type recorder struct {
	notes       []string
	steps       []metrics.Event
	evaluations []metrics.Evaluation
	saved       []int
	begin       dpocore.Begin
	finished    bool
	onStep      func(metrics.Event)
}

func (r *recorder) Phase(string)          {}
func (r *recorder) Note(text string)      { r.notes = append(r.notes, text) }
func (r *recorder) Begin(b dpocore.Begin) { r.begin = b }
func (r *recorder) Step(e metrics.Event) {
	r.steps = append(r.steps, e)
	if r.onStep != nil {
		r.onStep(e)
	}
}
func (r *recorder) Evaluating(int, int)            {}
func (r *recorder) Evaluated(e metrics.Evaluation) { r.evaluations = append(r.evaluations, e) }
func (r *recorder) Sampled(int, []dpocore.Answer)  {}
func (r *recorder) Saved(step int, _ string)       { r.saved = append(r.saved, step) }
func (r *recorder) Finished(dpocore.Finish)        { r.finished = true }

// tinyModel is a two-layer random Llama with SmolLM2's own tokenizer and chat template.
func tinyModel(t testing.TB) *dpocore.Model {
	t.Helper()
	model, err := dpocore.OpenModel(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	return model
}

// shortRun takes 10 pairs three at a time, so that an epoch ends with a smaller step and the run goes over its end.
func shortRun(t testing.TB) (dpocore.Config, dpocore.Data) {
	t.Helper()
	train, heldOut, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	train.Pairs, heldOut.Pairs = train.Pairs[:10], heldOut.Pairs[:4]
	c := dpocore.DefaultConfig()
	c.MaxSteps, c.BatchSize, c.WarmupSteps, c.LearningRate, c.LoRARank, c.LoRAAlpha = 6, 3, 2, 1e-3, 4, 4
	c.EvalSteps, c.SaveSteps = 2, 3
	return c, dpocore.Data{Train: train, HeldOut: heldOut}
}

var secondsField = regexp.MustCompile(`"(seconds|eval_runtime)": ?[0-9.eE+-]+`)

// outcome is what must not depend on interruptions: the adapter's bytes, and the metrics but for the time they took.
func outcome(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"adapter_model.safetensors", "adapter_config.json", "metrics.jsonl", "eval_metrics.jsonl"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = secondsField.ReplaceAllString(string(content), "")
	}
	return files
}

func equalOutcome(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs from the uninterrupted run's", what, name)
		}
	}
}

// TestStoppedRunResumesToTheSameBytes stops a run after each of its steps, goes on, and compares.
func TestStoppedRunResumesToTheSameBytes(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := tinyModel(t)
	config, data := shortRun(t)
	whole := filepath.Join(t.TempDir(), "whole")
	if err := model.Train(context.Background(), whole, config, data, &recorder{}); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, whole)
	for stopAt := 1; stopAt < config.MaxSteps; stopAt++ {
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		err := model.Train(ctx, dir, config, data, &recorder{onStep: func(e metrics.Event) {
			if e.Step == stopAt {
				cancel()
			}
		}})
		var stopped *dpocore.Stopped
		if !errors.As(err, &stopped) || stopped.Step != stopAt || !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after step %d: error %v", stopAt, err)
		}
		r := &recorder{}
		if err := model.Train(context.Background(), dir, config, data, r); err != nil {
			t.Fatal(err)
		}
		if r.begin.Step != stopAt || len(r.steps) != config.MaxSteps-stopAt {
			t.Errorf("stopped after step %d: went on after step %d and made %d steps", stopAt, r.begin.Step, len(r.steps))
		}
		equalOutcome(t, "stopped after step "+strconv.Itoa(stopAt), outcome(t, dir), want)
	}
}

// TestFinishedRunReturnsAtOnce: nothing is computed and nothing changes.
func TestFinishedRunReturnsAtOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := tinyModel(t)
	config, data := shortRun(t)
	dir := filepath.Join(t.TempDir(), "run")
	if err := model.Train(context.Background(), dir, config, data, &recorder{}); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, dir)
	again := &recorder{}
	if err := model.Train(context.Background(), dir, config, data, again); err != nil {
		t.Fatal(err)
	}
	if !again.finished || len(again.steps) > 0 {
		t.Errorf("finished %v after %d more steps", again.finished, len(again.steps))
	}
	equalOutcome(t, "run again", outcome(t, dir), want)
}

// TestRunFolderOfAnotherRunIsRefused, and so is a folder that holds something else; both stay as they were.
func TestRunFolderOfAnotherRunIsRefused(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := tinyModel(t)
	config, data := shortRun(t)
	config.MaxSteps = 2
	dir := filepath.Join(t.TempDir(), "run")
	if err := model.Train(context.Background(), dir, config, data, &recorder{}); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, dir)
	config.Beta = 0.3
	err := model.Train(context.Background(), dir, config, data, &recorder{})
	if err == nil || !strings.Contains(err.Error(), "its beta is 0.1, this run's is 0.3") {
		t.Errorf("error %v does not name the betas", err)
	}
	equalOutcome(t, "refused", outcome(t, dir), want)

	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = model.Train(context.Background(), full, config, data, &recorder{})
	if err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("error %v does not name the file in the way", err)
	}
}

// TestSweepSharesReferences: a run with another beta finds the reference log-probabilities on disk, and a run without
// that file computes the same bytes.
func TestSweepSharesReferences(t *testing.T) {
	model := tinyModel(t)
	config, data := shortRun(t)
	cache := t.TempDir()
	train := func(name, cache string) map[string]string {
		t.Setenv("XDG_CACHE_HOME", cache)
		dir := filepath.Join(t.TempDir(), name)
		if err := model.Train(context.Background(), dir, config, data, &recorder{}); err != nil {
			t.Fatal(err)
		}
		return outcome(t, dir)
	}
	size := func() (total int64) {
		files, err := filepath.Glob(filepath.Join(cache, "gonb-dpo", "reference", "*.bin"))
		if err != nil || len(files) != 1 {
			t.Fatalf("reference files %v, %v", files, err)
		}
		info, err := os.Stat(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	train("first", cache)
	before := size()
	config.Beta = 0.3
	cached := train("second", cache)
	if size() != before {
		t.Errorf("the second run added %d bytes of references", size()-before)
	}
	equalOutcome(t, "without the file", train("third", t.TempDir()), cached)
}
