package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachefolder"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestFineTuning: the loss is the mean over the chosen answers' tokens, near the logarithm of the vocabulary of a random model; no
// reference and no pairs are measured. A stopped run resumes to the same bytes, and preferences continue from its adapter.
func TestFineTuning(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, pairs := runtest.Short(t)
	c.LossType, c.LearningRate = loss.SFTName, 0.02
	data := pairs.ChosenOnly()
	whole := filepath.Join(t.TempDir(), "whole")
	r := runtest.Train(t, model, whole, c, data)
	first, last := r.Steps[0], r.Steps[len(r.Steps)-1]
	if first.FineTuning == nil || !(first.FineTuning.MeanTokenAccuracy >= 0 && first.FineTuning.MeanTokenAccuracy < 0.5) || !(first.Loss > 5 && first.Loss < 20) || !(last.Loss < first.Loss) {
		t.Errorf("the first step is %+v, the last %+v", first, last)
	}
	if len(r.Evaluations) == 0 || r.Evaluations[0].FineTuning == nil || math.IsNaN(r.Evaluations[0].Loss) {
		t.Errorf("the evaluations are %+v", r.Evaluations)
	}
	if _, err := os.Stat(filepath.Join(whole, evaluation.PairsFile)); err == nil {
		t.Error("the run has a file of evaluated pairs")
	}
	noReferences(t)

	dir := stopAndResume(t, "fine-tuning", train.Job{Model: model, Config: c, Data: data}, whole)

	c.LossType, c.InitAdapter, c.MaxSteps = "sigmoid", dir, 1
	if r := runtest.Train(t, model, filepath.Join(t.TempDir(), "dpo"), c, pairs); math.Abs(r.Steps[0].Loss-math.Ln2) > 1e-4 {
		t.Errorf("DPO from the fine-tuned adapter begins at the loss %g", r.Steps[0].Loss)
	}
}

// noReferences fails if a reference was measured: its log-probabilities are kept in a folder.
func noReferences(t *testing.T) {
	t.Helper()
	folder, err := cachefolder.Path(cachefolder.Reference)
	if err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(folder); err == nil && len(files) > 0 {
		t.Errorf("log-probabilities of a reference were computed: %s", files[0].Name())
	}
}

func TestAnswersAndPairsAreNotMixedUp(t *testing.T) {
	model := runtest.Model(t)
	c, pairs := runtest.Short(t)
	for lossType, want := range map[string]string{"sigmoid": "has single answers", "sft": "dpo sft --chosen"} {
		data := pairs
		if lossType == "sigmoid" {
			data = pairs.ChosenOnly()
		}
		c.LossType = lossType
		dir := filepath.Join(t.TempDir(), "run")
		err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", lossType, err, want)
		}
	}
}

// TestNoReference: a loss that needs none computes none, and its rewards are mean log-probabilities times beta.
func TestNoReference(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.LossType, c.Beta, c.MaxSteps = "simpo", 2, 3
	dir := filepath.Join(t.TempDir(), "run")
	r := runtest.Train(t, model, dir, c, data)
	noReferences(t)
	for _, e := range r.Steps { // a random model's tokens have some −10 nats each
		if !(e.RewardsChosen < -10 && e.RewardsChosen > -40) || math.Abs(e.RewardsMargins) > 5 {
			t.Errorf("step %d: %+v", e.Step, e.PairMeans)
		}
	}
	record, _, err := run.ReadRecord(dir)
	if err != nil || record.Rewards != loss.MeanLogProb {
		t.Errorf("the record says %q (%v)", record.Rewards, err)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "The loss simpo needs no reference, so none is computed") {
		t.Errorf("the notes are\n%s", notes)
	}
	pairs, err := evaluation.ReadPairs(filepath.Join(dir, evaluation.PairsFile))
	if err != nil {
		t.Fatal(err)
	}
	p := pairs[0]
	if want := p.LogpsChosen/float64(p.TokensChosen) - p.LogpsRejected/float64(p.TokensRejected); math.Abs(p.Margin-want) > 1e-6 || p.RefLogpsChosen != 0 {
		t.Errorf("the first held-out pair is %+v, want the margin %g", p, want)
	}
}
