package measure_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// The sum over the tokens is the pair's log-probability, under the reference and at each checkpoint. The tokens' texts
// joined are the answer.
func TestInspectionSumsToTheEvaluation(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	data.HeldOut.Pairs[1].Chosen += " 😀 naïve"
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	inspection, err := measure.Inspect(context.Background(), model, dir, data.HeldOut, c.MaxLength, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(inspection.Steps, []int{3, 6}) || len(inspection.Pairs) != len(data.HeldOut.Pairs) {
		t.Fatalf("steps %v, %d pairs", inspection.Steps, len(inspection.Pairs))
	}
	for step, folder := range []string{filepath.Join(dir, "checkpoint-3"), dir} {
		pairs, notes, err := measure.Evaluate(context.Background(), model, folder, data.HeldOut, c.MaxLength, func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(inspection.Notes, notes) {
			t.Errorf("the inspection has the notes %q, the evaluation %q", inspection.Notes, notes)
		}
		for i, pair := range inspection.Pairs {
			for _, f := range []struct {
				what   string
				tokens []float32
				want   float64
			}{
				{"chosen", pair.Chosen.Policy[step], pairs[i].LogpsChosen},
				{"rejected", pair.Rejected.Policy[step], pairs[i].LogpsRejected},
				{"chosen, reference", pair.Chosen.Reference, pairs[i].RefLogpsChosen},
				{"rejected, reference", pair.Rejected.Reference, pairs[i].RefLogpsRejected},
			} {
				sum := 0.0
				for _, value := range f.tokens {
					sum += float64(value)
				}
				if math.Abs(sum-f.want) > 1e-5*math.Abs(f.want) {
					t.Errorf("%s, pair %d, %s: the tokens sum to %g, the pair has %g", folder, i, f.what, sum, f.want)
				}
			}
		}
	}
	for i, pair := range inspection.Pairs {
		if len(pair.Chosen.Tokens) != len(pair.Chosen.Reference) {
			t.Errorf("pair %d: %d texts, %d log-probabilities", i, len(pair.Chosen.Tokens), len(pair.Chosen.Reference))
		}
		if text := strings.Join(pair.Chosen.Tokens, ""); !strings.HasPrefix(text, data.HeldOut.Pairs[i].Chosen+"<|im_end|>") {
			t.Errorf("pair %d: the joined texts are %q, want %q", i, text, data.HeldOut.Pairs[i].Chosen)
		}
	}
}
