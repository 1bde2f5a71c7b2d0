package train_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestRunPastMidnight: a run that began on another day is continued today, to the same bytes, and is finished on any day.
func TestRunPastMidnight(t *testing.T) {
	cachetest.Own(t)
	path := tinymodel.WriteTemplate(t, tinymodel.Daily)
	config, data := runtest.Short(t)
	config.MaxSteps = 2
	trained := func(dir, date string, stopAt int) (*runtest.Recorder, error) {
		t.Helper()
		m, err := model.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		c := config
		c.Date = date
		r := &runtest.Recorder{OnStep: func(e metrics.Event) {
			if e.Step == stopAt {
				cancel()
			}
		}}
		return r, train.Run(ctx, train.Job{Model: m, Dir: dir, Config: c, Data: data, Listener: r})
	}
	whole, stopped := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "stopped")
	r, err := trained(whole, "2020-01-31T12:00:00", 0)
	if err != nil || !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "the date into each prompt: 2020-01-31 in this run") }) {
		t.Fatalf("%v, notes %q", err, r.Notes)
	}
	if _, err := trained(stopped, "2020-01-31", 1); err == nil {
		t.Fatal("the run was not stopped")
	}
	for range 2 { // resumed, then finished already
		if r, err = trained(stopped, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	if !r.Complete || len(r.Steps) > 0 {
		t.Errorf("finished %v after %d more steps", r.Complete, len(r.Steps))
	}
	runtest.EqualOutcome(t, "resumed on another day", runtest.Outcome(t, stopped), runtest.Outcome(t, whole))
	if record, _, err := run.ReadRecord(stopped); err != nil || record.Config.Date != "2020-01-31" {
		t.Errorf("run.json has the date %q, %v", record.Config.Date, err)
	}
	if _, err := trained(stopped, "2020-02-01", 0); err == nil || !strings.Contains(err.Error(), "its date is 2020-01-31, this run's is 2020-02-01") {
		t.Errorf("with another date: %v", err)
	}
}
