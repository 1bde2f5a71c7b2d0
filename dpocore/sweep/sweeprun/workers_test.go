package sweeprun_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// With two workers at once, each run is trained by exactly one of them, and all runs are compared.
func TestWorkersNeverTakeTheSameRun(t *testing.T) {
	cachetest.Own(t)
	s, data := shortSweep(t, 0.05, 0.1, 0.2, 0.3)
	dir := filepath.Join(t.TempDir(), "sweep")
	models := []*model.Model{runtest.Model(t), runtest.Model(t)}
	steps := make([]map[string]int, 2)
	var all sync.WaitGroup
	for worker, model := range models {
		steps[worker] = map[string]int{}
		l := &sweepListener{OnStep: func(run string, _ metrics.Event) { steps[worker][run]++ }}
		all.Go(func() {
			if _, err := sweeprun.Run(t.Context(), model, dir, s, data, false, l); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, run := range s.Points() {
		if a, b := steps[0][run.Name], steps[1][run.Name]; a+b != s.Config.MaxSteps || a*b != 0 {
			t.Errorf("%s: one worker made %d steps, the other %d", run.Name, a, b)
		}
	}
	if len(steps[0]) == 0 || len(steps[1]) == 0 {
		t.Errorf("one worker trained all runs: %v", steps)
	}
	again, l := sweepInto(t, models[0], dir, s, data)
	if len(l.runs["beta-0.3"].Steps) > 0 || again.Runs[3].State != sweep.Finished {
		t.Errorf("the results are %+v", again.Runs)
	}
}

// A run that another process is training is left to it and recorded.
func TestRunInUseIsSkipped(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	s, data := shortSweep(t, 0.1, 0.3)
	dir := filepath.Join(t.TempDir(), "sweep")
	other, c := runtest.Model(t), s.Config
	c.Beta = 0.1
	started, end := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- train.Run(context.Background(), train.Job{Model: other, Dir: filepath.Join(dir, "beta-0.1"), Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
			if e.Step == 1 {
				close(started)
				<-end
			}
		}}})
	}()
	<-started
	record, l := sweepInto(t, model, dir, s, data)
	close(end)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if l.ended["beta-0.1"] != sweep.Elsewhere || l.ended["beta-0.3"] != sweep.Finished || record.Runs[1].State != sweep.Elsewhere {
		t.Errorf("ended %v, the record has %+v", l.ended, record.Runs)
	}
}

// With compareOnly, runs trained by separate jobs are compared like a sweep's, and nothing is trained.
func TestCompareOnly(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	s, data := shortSweep(t, 0.05, 0.1, 0.3)
	swept, jobs := filepath.Join(t.TempDir(), "swept"), filepath.Join(t.TempDir(), "jobs")
	want, _ := sweepInto(t, model, swept, s, data)
	for _, run := range s.Points()[:2] {
		runtest.Train(t, model, filepath.Join(jobs, run.Name), run.Config, data)
	}
	l := &sweepListener{}
	record, err := sweeprun.Run(t.Context(), model, jobs, s, data, true, l)
	if err != nil {
		t.Fatal(err)
	}
	if l.ended["beta-0.3"] != sweep.Pending || len(record.Runs) != 3 || record.Runs[2].State != sweep.Pending {
		t.Errorf("ended %v", l.ended)
	}
	if !slices.Equal(l.measured, []string{"beta-0.05", "beta-0.1"}) {
		t.Errorf("measured %q", l.measured)
	}
	for _, run := range record.Runs[:2] {
		i := slices.IndexFunc(want.Runs, func(r sweep.Result) bool { return r.Name == run.Name })
		if a, b := run.HeldOut, want.Runs[i].HeldOut; a.Accuracy != b.Accuracy || a.KL != b.KL || a.Gap != b.Gap {
			t.Errorf("%s: compared %+v, swept %+v", run.Name, a, b)
		}
	}
	path := filepath.Join(jobs, "beta-0.1", "measured.json") // which is not believed once it was changed
	changed := strings.Replace(runtest.Read(t, path), `"logps_chosen":-`, `"logps_chosen":`, 1)
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	l = &sweepListener{}
	again, err := sweeprun.Run(t.Context(), model, jobs, s, data, true, l)
	if err != nil || !slices.Equal(l.measured, []string{"beta-0.1"}) || !reflect.DeepEqual(again.Settings, record.Settings) || changed == runtest.Read(t, path) {
		t.Errorf("after a change measured %q, error %v, settings %+v, before %+v", l.measured, err, again.Settings, record.Settings)
	}
}

// Comparing trains nothing: neither a run whose adapter was changed by hand, nor one whose record was, nor one that could continue to more
// steps. Training would write all three again.
func TestCompareOnlyTrainsNothing(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	s, data := shortSweep(t, 0.05, 0.1, 0.2, 0.3)
	s.Config.Scheduler, s.Config.MaxSteps, s.Config.EvalSteps = "constant", 1, 0
	dir := filepath.Join(t.TempDir(), "sweep")
	sweepInto(t, model, dir, s, data)
	change := func(name string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	change("beta-0.1/adapter_model.safetensors")
	change("beta-0.2/run.json")
	l := &sweepListener{}
	compare := func() {
		if _, err := sweeprun.Run(t.Context(), model, dir, s, data, true, l); err != nil {
			t.Fatal(err)
		}
		for name, run := range l.runs {
			if len(run.Steps) > 0 {
				t.Errorf("%s was trained", name)
			}
		}
	}
	compare()
	if l.ended["beta-0.05"] != sweep.Finished || l.ended["beta-0.1"] != sweep.Failed || l.ended["beta-0.2"] != sweep.Pending {
		t.Errorf("ended %v", l.ended)
	}
	if err := l.faults["beta-0.1"]; err == nil || !strings.Contains(err.Error(), "run the sweep without --gather, which writes the file again") {
		t.Errorf("the changed adapter: %v", err)
	}
	s.Config.MaxSteps = 2
	if compare(); l.ended["beta-0.05"] != sweep.Pending || l.ended["beta-0.3"] != sweep.Pending {
		t.Errorf("with more steps: %v", l.ended)
	}
	if still, _, err := sweep.Read(dir); err != nil || len(still.Settings) != 2 || still.Config.MaxSteps != 1 {
		t.Errorf("the comparison before is lost: %+v, %v", still.Settings, err)
	}
}

func TestSweepWithoutHeldOutPairs(t *testing.T) {
	s, data := shortSweep(t, 0.1, 0.3)
	data.HeldOut = nil
	if _, err := sweeprun.Run(t.Context(), runtest.Model(t), t.TempDir(), s, data, false, &sweepListener{}); err == nil || !strings.Contains(err.Error(), "needs held-out pairs to compare its runs, and there are none") {
		t.Errorf("without held-out pairs: %v", err)
	}
}

// The runs of a sweep are not put into the folder of a run, which overwriting that run would empty.
func TestSweepIntoRun(t *testing.T) {
	s, data := shortSweep(t, 0.1, 0.3)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, run.RecordFile), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := sweeprun.Run(t.Context(), runtest.Model(t), dir, s, data, false, &sweepListener{}); err == nil || !strings.Contains(err.Error(), "is the folder of a run; choose another folder") {
		t.Errorf("into a run: %v", err)
	}
}
