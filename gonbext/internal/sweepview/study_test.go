package sweepview

import (
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
)

// A folder without a finished sweep can't be drawn over the study.
func TestStudyOverNothing(t *testing.T) {
	if err := Study(t.TempDir()); err == nil || !strings.Contains(err.Error(), "has no finished sweep; run the cell of the sweep first") {
		t.Errorf("error %v", err)
	}
}

// Settings of two sweeps of the same betas differ by their folders; those of one are called the reader's.
func TestSettingsOfSweeps(t *testing.T) {
	t.Chdir(t.TempDir())
	var folders []string
	for _, dir := range []string{"runs/a", "runs/b"} {
		g := sweep.Grid{Config: config.Default(), Axes: []sweep.Axis{{Setting: "beta", Values: []string{"0.1"}}}}
		if err := g.Begin(dir); err != nil {
			t.Fatal(err)
		}
		record := sweep.Record{Grid: g, Settings: []sweep.Setting{{Name: "beta-0.1"}}}
		if err := record.Write(dir); err != nil {
			t.Fatal(err)
		}
		folders = append(folders, dir)
	}
	for count, want := range map[int][]string{1: {"yours: beta-0.1"}, 2: {"runs/a: beta-0.1", "runs/b: beta-0.1"}} {
		settings, err := settingsIn(folders[:count])
		var names []string
		for _, s := range settings {
			names = append(names, s.Name)
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("%d folders: %q, %v", count, names, err)
		}
	}
}
