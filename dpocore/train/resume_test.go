package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/eventtest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestStoppedRunResumesToTheSameBytes stops a run after each of its steps, resumes it, and compares.
func TestStoppedRunResumesToTheSameBytes(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	config, data := runtest.Short(t)
	config.ReportTo = "tensorboard"
	whole := filepath.Join(t.TempDir(), "whole")
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: whole, Config: config, Data: data, Listener: &runtest.Recorder{}}); err != nil {
		t.Fatal(err)
	}
	want := runtest.Outcome(t, whole)
	for stopAt := 1; stopAt < config.MaxSteps; stopAt++ {
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		err := train.Run(ctx, train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
			if e.Step == stopAt {
				cancel()
			}
		}}})
		var stopped *train.Stopped
		if !errors.As(err, &stopped) || stopped.Step != stopAt || !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after step %d: error %v", stopAt, err)
		}
		r := &runtest.Recorder{}
		if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: r}); err != nil {
			t.Fatal(err)
		}
		if r.Begun.Step != stopAt || len(r.Steps) != config.MaxSteps-stopAt {
			t.Errorf("stopped after step %d: resumed after step %d and made %d steps", stopAt, r.Begun.Step, len(r.Steps))
		}
		runtest.EqualOutcome(t, "stopped after step "+strconv.Itoa(stopAt), runtest.Outcome(t, dir), want)
		equalEvents(t, dir, whole)
	}
}

// stopAndResume stops a run after its fourth step, resumes it, and compares it with one that was not stopped. It returns its folder.
func stopAndResume(t *testing.T, what string, job train.Job, whole string) string {
	t.Helper()
	job.Dir = filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	job.Listener = &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 4 {
			cancel()
		}
	}}
	err := train.Run(ctx, job)
	if stopped := (*train.Stopped)(nil); !errors.As(err, &stopped) {
		t.Fatal(err)
	}
	runtest.Train(t, job.Model, job.Dir, job.Config, job.Data)
	runtest.EqualOutcome(t, what+", stopped", runtest.Outcome(t, job.Dir), runtest.Outcome(t, whole))
	return job.Dir
}

// equalEvents fails the test if two runs' files for TensorBoard differ in more than times.
func equalEvents(t *testing.T, dir, whole string) {
	t.Helper()
	got, want := eventtest.Read(t, filepath.Join(dir, metrics.EventsFile)), eventtest.Read(t, filepath.Join(whole, metrics.EventsFile))
	if len(got) != len(want) || len(want) != 2+6+3 { // the version, the settings, steps and evaluations
		t.Fatalf("TensorBoard's file has %d events, and %d in a run that was not stopped", len(got), len(want))
	}
	for i := range want {
		got[i].Time, want[i].Time = 0, 0
		delete(got[i].Scalars, "eval/runtime")
		delete(want[i].Scalars, "eval/runtime")
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("event %d is\n%v, and in a run that was not stopped\n%v", i, got[i], want[i])
		}
	}
}

// TestFinishedRunReturnsAtOnce: nothing is computed and nothing changes.
func TestFinishedRunReturnsAtOnce(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	config, data := runtest.Short(t)
	dir := filepath.Join(t.TempDir(), "run")
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: &runtest.Recorder{}}); err != nil {
		t.Fatal(err)
	}
	want := runtest.Outcome(t, dir)
	again := &runtest.Recorder{}
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: again}); err != nil {
		t.Fatal(err)
	}
	if !again.Complete || len(again.Steps) > 0 {
		t.Errorf("finished %v after %d more steps", again.Complete, len(again.Steps))
	}
	config.ReportTo = "tensorboard" // wanted afterwards
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: again}); err != nil || len(again.Steps) > 0 {
		t.Fatalf("%v, after %d more steps", err, len(again.Steps))
	}
	equalEvents(t, dir, dir)
	runtest.EqualOutcome(t, "run again", runtest.Outcome(t, dir), want)
}

// TestRunFolderOfAnotherRunIsRefused, and so is a folder that holds something else; both stay as they were.
func TestRunFolderOfAnotherRunIsRefused(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	config, data := runtest.Short(t)
	config.MaxSteps = 2
	dir := filepath.Join(t.TempDir(), "run")
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: &runtest.Recorder{}}); err != nil {
		t.Fatal(err)
	}
	want := runtest.Outcome(t, dir)
	config.Beta = 0.3
	err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: &runtest.Recorder{}})
	if err == nil || !strings.Contains(err.Error(), "its beta is 0.1, this run's is 0.3") {
		t.Errorf("error %v does not name the betas", err)
	}
	runtest.EqualOutcome(t, "refused", runtest.Outcome(t, dir), want)

	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = train.Run(context.Background(), train.Job{Model: model, Dir: full, Config: config, Data: data, Listener: &runtest.Recorder{}})
	if err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("error %v does not name the file in the way", err)
	}
}

// TestSweepSharesReferences: a run with another beta finds the reference log-probabilities on disk, and a run without
// that file computes the same bytes.
func TestSweepSharesReferences(t *testing.T) {
	model := runtest.Model(t)
	config, data := runtest.Short(t)
	cache := t.TempDir()
	train := func(name, cache string) map[string]string {
		cachetest.Use(t, cache)
		dir := filepath.Join(t.TempDir(), name)
		if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: config, Data: data, Listener: &runtest.Recorder{}}); err != nil {
			t.Fatal(err)
		}
		return runtest.Outcome(t, dir)
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
	runtest.EqualOutcome(t, "without the file", train("third", t.TempDir()), cached)
}
