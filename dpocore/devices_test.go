package dpocore_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore"
)

// A run whose rows go to two devices in turn has the figures of a run on one, up to the order of a sum.
func TestTwoDevices(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c, data := shortRun(t)
	c.BatchSize, c.MaxLength = 5, 160 // so that a step has several rows
	runs := make([]*recorder, 2)
	for i := range runs {
		model := tinyModel(t)
		dpocore.LoadOnDevices(t, model, i+1)
		runs[i] = train(t, model, filepath.Join(t.TempDir(), "run"), c, data)
	}
	if told := slices.ContainsFunc(runs[1].notes, func(n string) bool { return strings.HasPrefix(n, "Training on 2 devices") }); !told {
		t.Errorf("no note tells of two devices: %q", runs[1].notes)
	}
	for i, want := range runs[0].steps {
		got := runs[1].steps[i]
		for name, pair := range map[string][2]float64{
			"loss": {got.Loss, want.Loss}, "grad_norm": {got.GradNorm, want.GradNorm},
			"rewards/margins": {got.RewardsMargins, want.RewardsMargins}, "logps/chosen": {got.LogpsChosen, want.LogpsChosen},
		} {
			if !(math.Abs(pair[0]-pair[1]) <= 1e-5*max(1, math.Abs(pair[1]))) {
				t.Errorf("step %d: %s is %g on two devices, %g on one", want.Step, name, pair[0], pair[1])
			}
		}
	}
}
