// Package runtest is for tests that train: a tiny model, a run of a few steps, a listener that records, and the files of a
// finished run.
package runtest

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/tinymodel"
)

// Recorder is a listener that records the events and can stop a run.
type Recorder struct {
	Notes       []string
	Steps       []metrics.Event
	Evaluations []metrics.Evaluation
	Checkpoints []int
	Begun       train.Begin // the latest Begin event
	Complete    bool
	OnStep      func(metrics.Event) // called after each step; may be nil
}

func (r *Recorder) Phase(string)        {}
func (r *Recorder) Note(text string)    { r.Notes = append(r.Notes, text) }
func (r *Recorder) Begin(b train.Begin) { r.Begun = b }
func (r *Recorder) Step(e metrics.Event) {
	r.Steps = append(r.Steps, e)
	if r.OnStep != nil {
		r.OnStep(e)
	}
}
func (r *Recorder) Evaluating(int, int)            {}
func (r *Recorder) Evaluated(e metrics.Evaluation) { r.Evaluations = append(r.Evaluations, e) }
func (r *Recorder) Sampled(int, []train.Answer)    {}
func (r *Recorder) Saved(step int, _ string)       { r.Checkpoints = append(r.Checkpoints, step) }
func (r *Recorder) Finished(train.Finish)          { r.Complete = true }

// Model opens a two-layer random Llama with SmolLM2's tokenizer and chat template.
func Model(t testing.TB) *model.Model {
	t.Helper()
	model, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	return model
}

// Short returns a run of 6 steps on 10 pairs, 3 pairs per step: the last step of an epoch is smaller, and the run continues
// into a second epoch.
func Short(t testing.TB) (config.Config, dataset.Data) {
	t.Helper()
	train, heldOut, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	train.Pairs, heldOut.Pairs = train.Pairs[:10], heldOut.Pairs[:4]
	c := config.Default()
	c.MaxSteps, c.BatchSize, c.WarmupSteps, c.LearningRate, c.LoRARank, c.LoRAAlpha = 6, 3, 2, 1e-3, 4, 4
	c.EvalSteps, c.SaveSteps, c.Precision = 2, 3, config.Float32
	return c, dataset.Data{Train: train, HeldOut: heldOut}
}

// Train trains a run to its end and returns its listener.
func Train(t *testing.T, model *model.Model, dir string, c config.Config, data dataset.Data) *Recorder {
	t.Helper()
	r := &Recorder{}
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: r}); err != nil {
		t.Fatal(err)
	}
	return r
}

var secondsField = regexp.MustCompile(`"(seconds|eval_runtime)": ?[0-9.eE+-]+`)

// Outcome returns the files that must not depend on interruptions, by name: the adapter and the metrics without times.
func Outcome(t *testing.T, dir string) map[string]string {
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

// EqualOutcome fails the test for each file whose content differs.
func EqualOutcome(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs from the uninterrupted run's", what, name)
		}
	}
}

// Checkpoint returns the name of the checkpoint folder after a step.
func Checkpoint(step int) string { return "checkpoint-" + strconv.Itoa(step) }

// Read returns a file's content.
func Read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
