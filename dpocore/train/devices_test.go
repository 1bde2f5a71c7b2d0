package train_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/manydevices"
	"example.com/gonb-dpo/internal/runtest"
)

// A run whose rows go to two devices in turn has the figures of a run on one, up to the order of a sum.
func TestTwoDevices(t *testing.T) {
	cachetest.Own(t)
	c, data := runtest.Short(t)
	c.BatchSize, c.MaxLength = 5, 160 // so that a step has several rows
	runs := make([]*runtest.Recorder, 2)
	for i := range runs {
		model := runtest.Model(t)
		if err := model.LoadOn(manydevices.Open(t, i+1), i+1); err != nil {
			t.Fatal(err)
		}
		runs[i] = runtest.Train(t, model, filepath.Join(t.TempDir(), "run"), c, data)
	}
	if noted := slices.ContainsFunc(runs[1].Notes, func(n string) bool { return strings.HasPrefix(n, "Training on 2 devices") }); !noted {
		t.Errorf("no note tells of two devices: %q", runs[1].Notes)
	}
	for i, want := range runs[0].Steps {
		got := runs[1].Steps[i]
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
