package sweeprun_test

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

var costNote = regexp.MustCompile(`^The sweep has (.+) to train, about .+ and ([0-9.]+) GB of memory, judging by the first\.$`)

// costOf runs a sweep and returns which runs its note on the cost names, and how many GB.
func costOf(t *testing.T, m *model.Model, dir string, change func(s *sweep.Grid)) (runs string, gigabytes float64) {
	t.Helper()
	s, data := shortSweep(t, 0.1, 0.3)
	s.Config.MaxSteps, s.Config.EvalSteps, s.Config.WarmupSteps, s.Config.Scheduler = 2, 0, 0, "constant"
	change(&s)
	_, l := sweepInto(t, m, dir, s, data)
	for _, run := range l.runs {
		for _, note := range run.Notes {
			if found := costNote.FindStringSubmatch(note); found != nil {
				if runs != "" {
					t.Errorf("the cost is said twice: %s, %s", runs, note)
				}
				runs = found[1]
				gigabytes, _ = strconv.ParseFloat(found[2], 64)
			}
		}
	}
	return runs, gigabytes
}

// Before the first step a sweep says what its runs will take: with the memory of the largest adapter, without runs that are finished or
// stopped, and whether halving stops any.
func TestCostNote(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	dir := filepath.Join(t.TempDir(), "sweep")
	if runs, small := costOf(t, m, dir, func(*sweep.Grid) {}); runs != "2 runs" || small == 0 {
		t.Errorf("%s, %g GB", runs, small)
	}
	if err := (sweep.Order{Do: sweep.Halt, Run: "beta-0.7"}).Give(dir); err != nil {
		t.Fatal(err)
	}
	runs, small := costOf(t, m, dir, func(s *sweep.Grid) { vary(s, "beta", 0.1, 0.3, 0.5, 0.7) })
	if runs != "1 run" {
		t.Errorf("of four runs two are finished and one is stopped: %s", runs)
	}
	runs, large := costOf(t, m, t.TempDir(), func(s *sweep.Grid) { vary(s, "beta", 0.1); vary(s, "lora_r", 2, 2000) })
	if runs != "2 runs" || large < small+0.1 {
		t.Errorf("%s take %g GB, small ones %g", runs, large, small)
	}
	runs, _ = costOf(t, m, t.TempDir(), func(s *sweep.Grid) {
		vary(s, "beta", 0.1, 0.2, 0.3, 0.4)
		s.Halving, s.Config.WarmupSteps = true, 1
	})
	if !strings.HasPrefix(runs, "4 runs (halving stops none of them") {
		t.Errorf("no step for a comparison: %s", runs)
	}
}
