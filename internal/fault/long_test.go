package fault

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/plots"
)

var (
	xla  = flag.Bool("xla", false, "compute with XLA, so that its memory is looked at too")
	plot = flag.String("plot", "", "draw the long session into this `folder`")
)

// reading is what a process holds.
type reading struct{ heap, resident, goroutines, handles float64 } // the first two in MiB

// read takes a reading after a collection.
func read(t *testing.T) reading {
	t.Helper()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("it reads /proc")
	}
	var total, pages float64
	if _, err := fmt.Sscan(string(status), &total, &pages); err != nil {
		t.Fatal(err)
	}
	handles, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return reading{float64(memory.HeapAlloc) / (1 << 20), pages * float64(os.Getpagesize()) / (1 << 20), float64(runtime.NumGoroutine()), float64(len(handles))}
}

// watcher takes a reading every few steps.
type watcher struct {
	listener
	t           *testing.T
	every       int
	steps       []float64
	readings    []reading
	evaluations int
	answers     int
}

func (w *watcher) Step(e metrics.Event) {
	if e.Step%w.every == 0 {
		w.steps, w.readings = append(w.steps, float64(e.Step)), append(w.readings, read(w.t))
	}
}
func (w *watcher) Evaluated(metrics.Evaluation)          { w.evaluations++ }
func (w *watcher) Sampled(_ int, answers []train.Answer) { w.answers += len(answers) }

// TestLongSession makes steps, evaluations and answers in one process and looks at what it holds.
func TestLongSession(t *testing.T) {
	cachetest.Own(t)
	if *xla {
		t.Setenv("GOMLX_BACKEND", "")
	}
	model := openModel(t, modelFolder(t))
	config, data := shortRun()
	config.MaxSteps = 200
	if *full {
		config.MaxSteps = 2000
	}
	config.EvalSteps, config.SaveSteps, config.SampleSteps, config.SampleTokens = 10, 100, config.MaxSteps/50, 8
	config.SamplePrompts = []string{"Hello?"}
	w := &watcher{t: t, every: config.MaxSteps / 40}
	dir := filepath.Join(t.TempDir(), "run")
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: w}); err != nil {
		t.Fatal(err)
	}
	if w.evaluations != config.MaxSteps/10 || w.answers < 50 {
		t.Errorf("%d evaluations and %d answers", w.evaluations, w.answers)
	}
	w.flat(t)
	if *plot != "" {
		if err := plots.WriteFigures(*plot, w.figure()); err != nil {
			t.Fatal(err)
		}
	}
}

// flat compares the last readings with those after a warm-up of a quarter of the session.
func (w *watcher) flat(t *testing.T) {
	t.Helper()
	warm, last := w.readings[len(w.readings)/4], w.readings[len(w.readings)-1]
	t.Logf("after warm-up %+v, at the end %+v", warm, last)
	// A step's row in memory, for the plot and the best evaluation, is some hundred bytes; a leak of one tensor a step
	// would be a megabyte in a thousand steps of this model.
	if last.heap > warm.heap+8 || last.resident > 1.15*warm.resident+16 {
		t.Errorf("memory grew from %+v to %+v", warm, last)
	}
	if last.goroutines > warm.goroutines+2 || last.handles > warm.handles+1 {
		t.Errorf("goroutines or file handles grew from %+v to %+v", warm, last)
	}
}

func (w *watcher) figure() plots.Figure {
	series := func(name string, of func(reading) float64) plots.Series {
		s := plots.Series{Name: name, X: w.steps}
		for _, r := range w.readings {
			s.Y = append(s.Y, of(r))
		}
		return s
	}
	figure := plots.Lines("What a long session holds", "MiB, or number",
		series("resident memory, MiB", func(r reading) float64 { return r.resident }),
		series("Go heap, MiB", func(r reading) float64 { return r.heap }),
		series("goroutines", func(r reading) float64 { return r.goroutines }),
		series("file handles", func(r reading) float64 { return r.handles }))
	figure.Name = "long_session"
	return figure
}
