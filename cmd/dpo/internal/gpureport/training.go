package gpureport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/device/compilecache"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/typedgraph"
)

// trainedSteps is the length of the report's runs, on the built-in pairs.
const trainedSteps = 8

// trained is what a process that trains measures.
type trained struct {
	Seconds    []float64 `json:"seconds"`    // of each step; that of the first one counts from the start of the process
	Executions []int64   `json:"executions"` // of graphs in each step
	Losses     []float64 `json:"losses"`

	Loaded    int     `json:"loaded"`   // graphs found in the cache
	Compiled  int     `json:"compiled"` // graphs that were not
	Compiling float64 `json:"compiling"`

	Peak     int64  `json:"peak"` // memory of the process, in bytes; 0 if unknown
	Expected string `json:"expected"`
	Model    string `json:"model"`
	Adapter  string `json:"adapter"` // SHA-256 of the adapter's file; "" for a run that was stopped
}

// trainSteps trains the run of the report, or resumes it.
func trainSteps(ctx context.Context, t task) (found trained, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m, err := model.Open(t.Model)
	if err != nil {
		return found, err
	}
	defer m.Close()
	c := config.Default()
	c.MaxSteps, c.WarmupSteps, c.EvalSteps, c.SaveSteps, c.LearningRate, c.Precision = trainedSteps, 1, 0, 0, 5e-4, t.Precision
	data, err := dataset.Load(dataset.Builtin, "", 0, c.Seed)
	if err != nil {
		return found, err
	}
	data.HeldOut = nil
	watch := &watcher{trained: &found, last: time.Now(), stopAfter: t.Steps, stop: cancel}
	err = train.Run(ctx, train.Job{Model: m, Dir: t.Dir, Config: c, Data: data, Listener: watch})
	if stopped := (*train.Stopped)(nil); errors.As(err, &stopped) && stopped.Step == t.Steps {
		err = nil
	}
	if err != nil {
		return found, err
	}
	totals := compilecache.Counted()
	found.Loaded, found.Compiled, found.Compiling = totals.Loaded, totals.Compiled, totals.Compiling.Seconds()
	found.Peak, _ = device.PeakMemory()
	if t.Steps == 0 {
		found.Adapter, err = fileHash(filepath.Join(t.Dir, "adapter_model.safetensors"))
	}
	return found, err
}

// watcher is a listener that measures the steps and stops the run after some.
type watcher struct {
	*trained
	last       time.Time
	executions int64
	stopAfter  int
	stop       func()
}

func (w *watcher) Step(e metrics.Event) {
	now, executions := time.Now(), typedgraph.Executions()
	w.Seconds = append(w.Seconds, now.Sub(w.last).Seconds())
	w.Executions = append(w.Executions, executions-w.executions)
	w.Losses = append(w.Losses, e.Loss)
	w.last, w.executions = now, executions
	if e.Step == w.stopAfter {
		w.stop()
	}
}

func (w *watcher) Begin(b train.Begin) {
	w.Model, w.Expected = b.Model, b.Expected
	w.executions = typedgraph.Executions()
}
func (*watcher) Phase(string)                 {}
func (*watcher) Note(string)                  {}
func (*watcher) Evaluating(int, int)          {}
func (*watcher) Evaluated(metrics.Evaluation) {}
func (*watcher) Sampled(int, []train.Answer)  {}
func (*watcher) Saved(int, string)            {}
func (*watcher) Finished(train.Finish)        {}

func fileHash(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
