package sweeprun_test

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestGuardInSweep: a guard ends the run that crosses its bound, which is listed with the reason, and not the sweep: the others are
// trained to the end and compared, with halving and without, also when the sweep is started again.
func TestGuardInSweep(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	for name, halving := range map[string]bool{"all": false, "halved": true} {
		t.Run(name, func(t *testing.T) {
			s, data := shortSweep(t)
			s.Config.MaxSteps, s.Config.WarmupSteps, s.Config.EvalSteps, s.Config.GuardKL, s.Halving = 8, 0, 1, 0.01, halving
			vary(&s, "learning_rate", 0.05, 1e-5, 1e-4, 2e-4)
			dir := filepath.Join(t.TempDir(), "sweep")
			for range 2 {
				l := &sweepListener{}
				record, err := sweeprun.Run(t.Context(), m, dir, s, data, false, l)
				if err != nil {
					t.Fatal(err)
				}
				if fault := l.faults["lr-0.05"]; l.ended["lr-0.05"] != sweep.Failed || fault == nil || !strings.Contains(fault.Error(), "because the divergence from the reference is") {
					t.Errorf("the guarded run ended as %q: %v", l.ended["lr-0.05"], fault)
				}
				finished := 0
				for _, run := range record.Runs {
					if run.State == sweep.Finished {
						finished++
					}
				}
				if want := map[bool]int{false: 3, true: len(record.Settings)}[halving]; finished != want || finished == 0 || record.Summary == "" {
					t.Errorf("%d runs are finished, want %d: %v", finished, want, record.Unfinished(dir))
				}
				if lines := strings.Join(record.Unfinished(dir), "\n"); !strings.Contains(lines, "lr-0.05") || !strings.Contains(lines, "(guard_kl)") {
					t.Errorf("unfinished: %s", lines)
				}
			}
		})
	}
}
