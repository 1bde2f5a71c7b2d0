package sweeprun_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// sweepListener records the events of a sweep.
type sweepListener struct {
	started  []string
	ended    map[string]sweep.State
	faults   map[string]error
	measured []string
	waited   int
	runs     map[string]*runRecorder
	OnStep   func(run string, e metrics.Event)
}

// runRecorder also records the end of a run.
type runRecorder struct {
	runtest.Recorder
	finish train.Finish
}

func (r *runRecorder) Finished(f train.Finish) { r.finish = f }

func (l *sweepListener) Run(number, of int, run sweep.Point) train.Listener {
	l.started = append(l.started, fmt.Sprintf("%d of %d: %s", number, of, run.Name))
	r := &runRecorder{}
	if l.OnStep != nil {
		r.OnStep = func(e metrics.Event) { l.OnStep(run.Name, e) }
	}
	if l.runs == nil {
		l.runs = map[string]*runRecorder{}
	}
	l.runs[run.Name] = r
	return r
}

func (l *sweepListener) Ended(run sweep.Point, state sweep.State, err error) {
	if l.ended == nil {
		l.ended, l.faults = map[string]sweep.State{}, map[string]error{}
	}
	l.ended[run.Name], l.faults[run.Name] = state, err
}

func (l *sweepListener) Waiting(string) { l.waited++ }

func (l *sweepListener) Measuring(run sweep.Point, done, _ int) {
	if done == 0 {
		l.measured = append(l.measured, run.Name)
	}
}

// shortSweep returns a sweep over beta of short runs.
func shortSweep(t testing.TB, betas ...float64) (sweep.Grid, dataset.Data) {
	c, data := runtest.Short(t)
	s := sweep.Grid{Config: c}
	vary(&s, "beta", betas...)
	return s, data
}

// vary gives a setting of a grid its values; none for none.
func vary[T any](g *sweep.Grid, setting string, values ...T) {
	g.Axes = slices.DeleteFunc(slices.Clone(g.Axes), func(a sweep.Axis) bool { return a.Setting == setting })
	axis := sweep.Axis{Setting: setting}
	for _, value := range values {
		axis.Values = append(axis.Values, fmt.Sprint(value))
	}
	if len(values) > 0 {
		g.Axes = append(g.Axes, axis)
	}
}

// sweepInto runs a sweep to its end.
func sweepInto(t *testing.T, model *model.Model, dir string, s sweep.Grid, data dataset.Data) (sweep.Record, *sweepListener) {
	t.Helper()
	l := &sweepListener{}
	record, err := sweeprun.Run(t.Context(), model, dir, s, data, false, l)
	if err != nil {
		t.Fatal(err)
	}
	return record, l
}

// A sweep over five betas gives the same runs as five single runs.
func TestSweepEqualsSingleRuns(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	betas := []float64{0.05, 0.1, 0.2, 0.3, 0.5}
	s, data := shortSweep(t, betas...)
	dir := filepath.Join(t.TempDir(), "sweep")
	record, l := sweepInto(t, model, dir, s, data)
	if len(record.Runs) != 5 || record.Summary == "" {
		t.Fatalf("the record is %+v", record)
	}
	cachetest.Own(t)
	for _, beta := range betas {
		name := fmt.Sprintf("beta-%g", beta)
		c := s.Config
		c.Beta = beta
		alone := filepath.Join(t.TempDir(), "run")
		runtest.Train(t, model, alone, c, data)
		runtest.EqualOutcome(t, name, runtest.Outcome(t, filepath.Join(dir, name)), runtest.Outcome(t, alone))
		if runtest.Read(t, filepath.Join(dir, name, "eval_pairs.jsonl")) != runtest.Read(t, filepath.Join(alone, "eval_pairs.jsonl")) {
			t.Errorf("%s: the held-out pairs differ from the single run's", name)
		}
	}
	if len(l.measured) > 0 {
		t.Errorf("the held-out pairs of %q were measured again", l.measured)
	}
}

// Graphs compile once and references are computed once: the runs after the first compile nothing and add no reference.
func TestSweepCompilesOnce(t *testing.T) {
	cache := t.TempDir()
	cachetest.Use(t, cache)
	s, data := shortSweep(t, 0.05, 0.1, 0.3)
	s.Config.LoRARank = 5 // no other test compiles its graphs
	l := &sweepListener{}
	var sizes []int64
	l.OnStep = func(_ string, e metrics.Event) {
		if e.Step == s.Config.MaxSteps {
			files, _ := filepath.Glob(filepath.Join(cache, "gonb-dpo/reference/*.bin"))
			info, err := os.Stat(files[0])
			if err != nil {
				t.Error(err)
			}
			sizes = append(sizes, info.Size())
		}
	}
	if _, err := sweeprun.Run(t.Context(), runtest.Model(t), filepath.Join(t.TempDir(), "sweep"), s, data, false, l); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(l.runs["beta-0.05"].finish.Actual, " graphs") || strings.HasSuffix(l.runs["beta-0.05"].finish.Actual, " 0 graphs") {
		t.Errorf("the first run took %s", l.runs["beta-0.05"].finish.Actual)
	}
	for _, name := range []string{"beta-0.1", "beta-0.3"} {
		if !strings.HasSuffix(l.runs[name].finish.Actual, " 0 graphs") {
			t.Errorf("%s took %s", name, l.runs[name].finish.Actual)
		}
	}
	if sizes[1] != sizes[2] {
		t.Errorf("the reference file grows: %d bytes", sizes)
	}
}

// A sweep over three settings and two seeds equals single runs, also where rank and loss change, and a note says before what it costs.
func TestSweepOfEveryAxis(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	s, data := shortSweep(t, 0.1, 0.3)
	s.Config.MaxSteps, s.Config.EvalSteps = 2, 0
	vary(&s, "seed", 42, 43)
	vary(&s, "lora_r", 2, 4)
	vary(&s, "loss_type", "sigmoid", "ipo")
	dir := filepath.Join(t.TempDir(), "sweep")
	record, l := sweepInto(t, model, dir, s, data)
	if len(record.Runs) != 16 || len(l.started) != 16 || l.started[15] != "16 of 16: beta-0.3,rank-4,loss-ipo,seed-43" {
		t.Fatalf("%d runs, started %q", len(record.Runs), l.started)
	}
	if len(record.Settings) != 8 || record.Settings[0].Seeds != 2 || record.Settings[0].Accuracy.Value != (record.Settings[0].Runs[0].Accuracy.Value+record.Settings[0].Runs[1].Accuracy.Value)/2 {
		t.Errorf("the settings are %+v", record.Settings)
	}
	if notes := l.runs["beta-0.1,rank-2,loss-sigmoid,seed-42"].Notes; !slices.ContainsFunc(notes, func(note string) bool {
		return strings.HasPrefix(note, "The sweep has 16 runs to train, about ") && strings.HasSuffix(note, " GB of memory, judging by the first.")
	}) {
		t.Errorf("the notes are %q", notes)
	}
	for _, run := range s.Points()[6:10] { // includes changes of loss and rank
		alone := filepath.Join(t.TempDir(), "run")
		runtest.Train(t, model, alone, run.Config, data)
		runtest.EqualOutcome(t, run.Name, runtest.Outcome(t, filepath.Join(dir, run.Name)), runtest.Outcome(t, alone))
	}
}

// A stopped sweep resumes, repeats no finished run, and ends like one that never stopped.
func TestSweepResumes(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	s, data := shortSweep(t, 0.05, 0.1, 0.3)
	whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
	want, _ := sweepInto(t, model, whole, s, data)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := sweeprun.Run(ctx, model, parts, s, data, false, &sweepListener{OnStep: func(run string, e metrics.Event) {
		if run == "beta-0.1" && e.Step == 4 {
			cancel()
		}
	}})
	var stopped *train.Stopped
	if !errors.As(err, &stopped) || stopped.Step != 4 || filepath.Base(stopped.Dir) != "beta-0.1" {
		t.Fatalf("stopped with %v", err)
	}
	got, l := sweepInto(t, model, parts, s, data)
	if len(l.runs["beta-0.05"].Steps) != 0 || len(l.runs["beta-0.1"].Steps) != 2 || len(l.runs["beta-0.3"].Steps) != 6 {
		t.Errorf("the runs made %d, %d and %d steps", len(l.runs["beta-0.05"].Steps), len(l.runs["beta-0.1"].Steps), len(l.runs["beta-0.3"].Steps))
	}
	if len(l.measured) > 0 {
		t.Errorf("the held-out pairs of %q were measured again", l.measured)
	}
	if got.Summary != want.Summary || runtest.Read(t, filepath.Join(parts, "sweep.json")) != runtest.Read(t, filepath.Join(whole, "sweep.json")) {
		t.Errorf("summary %q, uninterrupted %q", got.Summary, want.Summary)
	}
	for _, run := range s.Points() {
		runtest.EqualOutcome(t, run.Name, runtest.Outcome(t, filepath.Join(parts, run.Name)), runtest.Outcome(t, filepath.Join(whole, run.Name)))
	}
}

// A run with a learning rate that overflows fails; the runs after it are not affected, and only finished ones are compared.
func TestFailingRunDoesNotStopTheOthers(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	s, data := shortSweep(t)
	s.Config.WarmupSteps, s.Config.MaxGradNorm = 1, 1e30
	vary(&s, "learning_rate", 1e-3, 1e30, 2e-3)
	dir := filepath.Join(t.TempDir(), "sweep")
	record, l := sweepInto(t, model, dir, s, data)
	if l.ended["lr-1e+30"] != sweep.Failed || !strings.Contains(l.faults["lr-1e+30"].Error(), "is not a finite number") {
		t.Fatalf("ended %v, %v", l.ended, l.faults)
	}
	if len(record.Runs) != 3 || record.Runs[2].State != sweep.Failed || !strings.HasPrefix(record.Runs[2].Error, "step 2: ") || record.Runs[1].HeldOut == nil {
		t.Errorf("the record has %+v", record.Runs)
	}
	c := s.Config
	c.LearningRate = 2e-3
	alone := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, alone, c, data)
	runtest.EqualOutcome(t, "after the failed run", runtest.Outcome(t, filepath.Join(dir, "lr-0.002")), runtest.Outcome(t, alone))
}
