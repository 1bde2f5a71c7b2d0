package train_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// apart has each answer of some pairs by itself, but every third bad one.
func apart(set *preference.Set) *preference.Set {
	single := &preference.Set{Source: set.Source}
	for i, pair := range set.Pairs {
		good, bad := pair, pair
		good.Single, good.Rejected, bad.Single, bad.Chosen = true, "", true, ""
		single.Pairs = append(single.Pairs, good)
		if i%3 > 0 {
			single.Pairs = append(single.Pairs, bad)
		}
	}
	return single
}

// KTO on single answers: the loss begins at 1/2, which is that of no divergence, and falls; there is no accuracy and no file of
// evaluated pairs. A stopped run gives the same bytes.
func TestKTOOnSingleAnswers(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.LossType, c.LearningRate, c.BatchSize, c.GradientAccumulation = loss.KTOName, 0.02, 3, 2
	data.Train, data.HeldOut = apart(data.Train), apart(data.HeldOut)
	whole := filepath.Join(t.TempDir(), "whole")
	r := runtest.Train(t, model, whole, c, data)
	first, last := r.Steps[0], r.Steps[len(r.Steps)-1]
	if math.Abs(first.Loss-0.5) > 1e-6 || !(last.Loss < first.Loss) || first.KL == nil || last.KL == nil || !math.IsNaN(last.RewardsAccuracies) || !(last.RewardsMargins > 0) {
		t.Errorf("the first step is %+v, the last %+v", first, last)
	}
	if e := r.Evaluations[len(r.Evaluations)-1]; !math.IsNaN(e.RewardsAccuracies) || math.IsNaN(e.RewardsChosen+e.RewardsRejected+e.Loss) || e.KL == nil {
		t.Errorf("the last evaluation is %+v", e)
	}
	if _, err := os.Stat(filepath.Join(whole, evaluation.PairsFile)); err == nil {
		t.Error("the run has a file of evaluated pairs")
	}

	stopAndResume(t, "KTO", train.Job{Model: model, Config: c, Data: data}, whole)
}
