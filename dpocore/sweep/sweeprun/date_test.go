package sweeprun_test

import (
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestSweepHasOneDate: a run that is added to a sweep on another day has the sweep's date.
func TestSweepHasOneDate(t *testing.T) {
	cachetest.Own(t)
	m, err := model.Open(tinymodel.WriteTemplate(t, tinymodel.Daily))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	dir := filepath.Join(t.TempDir(), "sweep")
	s, data := shortSweep(t, 0.1)
	s.Config.MaxSteps, s.Config.Date = 1, "2020-01-31"
	sweepInto(t, m, dir, s, data)
	s.Config.Date = ""
	vary(&s, "beta", 0.1, 0.3)
	if record, l := sweepInto(t, m, dir, s, data); record.Config.Date != "2020-01-31" || len(l.faults) != 2 || l.faults["beta-0.1"] != nil {
		t.Errorf("the sweep's date is %q, faults %v", record.Config.Date, l.faults)
	}
	if record, _, err := run.ReadRecord(filepath.Join(dir, "beta-0.3")); err != nil || record.Config.Date != "2020-01-31" {
		t.Errorf("the added run's date is %q, %v", record.Config.Date, err)
	}
}
