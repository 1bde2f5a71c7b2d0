package sweeprun_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// sixteen returns a grid of four betas and four learning rates, some too low to learn anything, in runs of 8 steps.
func sixteen(t *testing.T) (sweep.Grid, *sweepListener) {
	s, _ := shortSweep(t, 0.05, 0.1, 0.3, 0.5)
	s.Config.MaxSteps, s.Config.WarmupSteps, s.Config.EvalSteps = 8, 0, 0
	vary(&s, "learning_rate", 1e-6, 1e-4, 1e-3, 4e-3)
	s.Halving = true
	return s, &sweepListener{}
}

// Halving sixteen runs of a tiny model makes 39 % of their steps and ends with a setting within the interval of the best one. A stopped sweep
// resumes; the runs that are trained to the end are those of a sweep without halving, and those stopped are named.
func TestHalvingFindsTheBestOfSixteen(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	s, l := sixteen(t)
	_, data := shortSweep(t)
	dir, steps := filepath.Join(t.TempDir(), "halved"), 0
	ctx, cancel := context.WithCancel(t.Context())
	l.OnStep = func(string, metrics.Event) {
		if steps++; steps == 22 { // within the second rung
			cancel()
		}
	}
	var stopped *train.Stopped
	if _, err := sweeprun.Run(ctx, m, dir, s, data, false, l); !errors.As(err, &stopped) {
		t.Fatalf("stopped with %v", err)
	}
	record, err := sweeprun.Run(t.Context(), m, dir, s, data, false, l)
	if err != nil {
		t.Fatal(err)
	}
	if steps != 50 || s.Halved(10) != 50./128 || len(record.Settings) != 3 || len(record.Unfinished(dir)) != 13 { // 16·1 + 10·1 + 6·2 + 3·4
		t.Errorf("%d steps, %d settings trained to the end: %v", steps, len(record.Settings), record.Unfinished(dir))
	}
	if lines := record.Unfinished(dir); !strings.Contains(strings.Join(lines, "\n"), " was stopped after step 1, where it ranked ") {
		t.Errorf("unfinished: %q", lines)
	}
	s.Halving = false
	all, _ := sweepInto(t, m, filepath.Join(t.TempDir(), "all"), s, data)
	best := all.Settings[0].Accuracy
	for _, setting := range all.Settings {
		if setting.Name == record.Settings[0].Name && (setting.Accuracy.Value < best.Low || math.Abs(setting.Accuracy.Value-record.Settings[0].Accuracy.Value) > 0) {
			t.Errorf("halving ends with %s, %v; the best is %s, %v", setting.Name, setting.Accuracy, all.Settings[0].Name, best)
		}
	}
	again, err := sweeprun.Run(t.Context(), m, dir, withHalving(s), data, true, &sweepListener{})
	if err != nil || again.Summary != record.Summary || len(again.Unfinished(dir)) != 13 || again.Unfinished(dir)[0] != record.Unfinished(dir)[0] {
		t.Errorf("compared again: %v, %q", err, again.Summary)
	}
}

func withHalving(s sweep.Grid) sweep.Grid {
	s.Halving = true
	return s
}

// Two workers halve together: each run is taken to a rung by one of them, they wait for each other there, and they stop the same settings.
func TestWorkersHalveTogether(t *testing.T) {
	cachetest.Own(t)
	s, data := shortSweep(t, 0.05, 0.1, 0.2, 0.3, 0.5)
	s.Config.MaxSteps, s.Config.WarmupSteps, s.Config.EvalSteps, s.Halving = 4, 1, 0, true
	dir := filepath.Join(t.TempDir(), "sweep")
	models := []*model.Model{runtest.Model(t), runtest.Model(t)}
	records, steps := make([]sweep.Record, 2), make([]int, 2)
	var workers sync.WaitGroup
	for i, m := range models {
		workers.Go(func() {
			var err error
			if records[i], err = sweeprun.Run(t.Context(), m, dir, s, data, false, &sweepListener{OnStep: func(string, metrics.Event) { steps[i]++ }}); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	if steps[0]+steps[1] != 5*2+3*2 || steps[0]*steps[1] == 0 {
		t.Errorf("the workers made %d steps, want 16 by both", steps)
	}
	record, err := sweeprun.Run(t.Context(), models[0], dir, s, data, false, &sweepListener{})
	if err != nil || len(record.Settings) != 3 || len(record.Unfinished(dir)) != 2 {
		t.Errorf("%v, %d settings, %q", err, len(record.Settings), record.Unfinished(dir))
	}

	// With other training pairs, figures that the runs had at a rung don't count, also of runs that no rung would let continue.
	data.Train.Pairs = data.Train.Pairs[:9]
	if err := os.RemoveAll(filepath.Join(dir, "beta-0.05")); err != nil {
		t.Fatal(err)
	}
	l := &sweepListener{}
	if _, err := sweeprun.Run(t.Context(), models[0], dir, s, data, false, l); err != nil || l.ended["beta-0.05"] != sweep.Finished {
		t.Errorf("with other pairs: %v, ended %v", err, l.ended)
	}
	for name, fault := range l.faults {
		if name != "beta-0.05" && (fault == nil || !strings.Contains(fault.Error(), "holds another run: it has 10 training pairs")) {
			t.Errorf("with other pairs, %s: %v, %v", name, l.ended[name], fault)
		}
	}
}
