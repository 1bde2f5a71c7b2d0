package measure_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// Held-out figures must not depend on how many pairs are measured together, nor on the size of their rows. Nine pairs are
// measured together and three at a time, the first three also one at a time, so that row lengths differ.
func TestEvaluationDoesNotDependOnRows(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	_, heldOut, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	heldOut.Pairs = heldOut.Pairs[:9]
	measure := func(each, total int) (all []evaluation.Pair) {
		for at := 0; at < total; at += each {
			part := *heldOut
			part.Pairs = heldOut.Pairs[at : at+each]
			pairs, _, err := measure.Evaluate(context.Background(), model, dir, &part, c.MaxLength, func(int, int) {})
			if err != nil {
				t.Fatal(err)
			}
			for i := range pairs {
				pairs[i].Prompt = at + i
			}
			all = append(all, pairs...)
		}
		return all
	}
	together := measure(9, 9)
	want := report(t, together)
	for _, part := range []struct{ each, total int }{{3, 9}, {1, 3}} {
		apart := measure(part.each, part.total)
		for i, pair := range apart {
			for _, f := range [][2]float64{{pair.LogpsChosen, together[i].LogpsChosen}, {pair.RefLogpsRejected, together[i].RefLogpsRejected}, {pair.Margin, together[i].Margin}, {pair.KL, together[i].KL}} {
				if math.Abs(f[0]-f[1]) > 2e-3 { // log-probabilities are some hundred nats, in float32
					t.Errorf("pair %d, %d at a time: %g, all at once: %g", i, part.each, f[0], f[1])
				}
			}
		}
		got, want := report(t, apart), report(t, together[:part.total])
		for _, f := range [][2]float64{{got.Accuracy.Value, want.Accuracy.Value}, {got.Gap.Value, want.Gap.Value}, {got.KL.Value, want.KL.Value}, {got.LengthControlled.Low, want.LengthControlled.Low}} {
			if math.Abs(f[0]-f[1]) > 1e-3 {
				t.Errorf("%d pairs at a time: %g, all at once: %g", part.each, f[0], f[1])
			}
		}
	}
	if !(want.KL.Value > 0) || want.Gap.Value == 0 {
		t.Errorf("training has changed nothing: %+v", want)
	}
}

func report(t *testing.T, pairs []evaluation.Pair) evaluation.Report {
	t.Helper()
	r, err := evaluation.Summarize(pairs, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The last evaluation of a run is saved, and equals what Evaluate measures afterwards.
func TestHeldOutPairsAreSaved(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	dir := filepath.Join(t.TempDir(), "run")
	r := runtest.Train(t, model, dir, c, data)
	saved, err := evaluation.ReadPairs(filepath.Join(dir, evaluation.PairsFile))
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := measure.Evaluate(context.Background(), model, dir, data.HeldOut, c.MaxLength, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for i := range after {
		mean += c.Beta * saved[i].Margin / float64(len(saved))
		if math.Abs(saved[i].Margin-after[i].Margin) > 2e-3 || saved[i].TokensChosen != after[i].TokensChosen || saved[i].Line != after[i].Line {
			t.Errorf("pair %d: %+v saved, %+v measured", i, saved[i], after[i])
		}
	}
	if last := r.Evaluations[len(r.Evaluations)-1]; len(saved) != len(after) || math.Abs(mean-last.RewardsMargins) > 1e-9 {
		t.Errorf("the saved pairs' margin is %g, the evaluation's %g", mean, last.RewardsMargins)
	}
}

// Without an adapter the perplexity on plain text does not change. That of a random model is near the size of its
// vocabulary.
func TestPlainTextAndSampling(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.LearningRate = 0.02
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	same, err := measure.PlainText(context.Background(), model, "", "", func(int, int) {})
	if err != nil || math.Abs(same.Factor.Value-1) > 1e-4 || same.Tokens < 1500 || same.Before < 1000 {
		t.Errorf("without an adapter: %+v, %v", same, err)
	}
	moved, err := measure.PlainText(context.Background(), model, dir, "", func(int, int) {})
	if err != nil || math.Abs(moved.Factor.Value-1) < 1e-3 || math.Abs(moved.Before-same.Before) > 1 {
		t.Errorf("with an adapter: %+v, %v", moved, err)
	}
	if _, err := measure.PlainText(context.Background(), model, dir, "no/such.txt", func(int, int) {}); err == nil {
		t.Error("a missing file was measured")
	}

	prompts := generate.Prompts(data.HeldOut, 2)
	answers, err := generate.SampleBoth(context.Background(), model, dir, prompts, generate.Options{MaxNewTokens: 6, Temperature: 1, TopP: 1, Samples: 2, Seed: 3}, func(int, int) {})
	if err != nil || len(answers) != 4 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	for i, a := range answers {
		if a.Base.Text == "" || a.Run.Text == "" || a.Base.Tokens > 6 || a.Prompt == "" {
			t.Errorf("answer %d: %+v", i, a)
		}
	}
}
