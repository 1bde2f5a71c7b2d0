package metrics

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadHistory(t *testing.T) {
	const first = `{"step": 1, "loss": 0.7}` + "\n"
	for _, c := range []struct {
		name, text string
		steps      int
		wantErr    string
	}{
		{"empty", "", 0, ""},
		{"one step and blank lines", "\n" + first + "\n", 1, ""},
		{"torn last line", first + `{"step": 2, "lo`, 1, ""},
		{"torn first line", `{"st`, 0, ""},
		{"complete last line without a newline", first + `{"step": 2}`, 2, ""},
		{"malformed last line with a newline", first + "{\n", 0, "line 2: unexpected end"},
		{"malformed line in the middle", first + "{\n" + first, 0, "line 2: unexpected end"},
		{"repeated step", first + "\n" + first, 0, "line 3: step 1 follows step 1"},
		{"wrong type", `{"step": 1, "loss": true}` + "\n", 0, `line 1: field "loss": true is not a number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, StepsFile), []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			h, err := ReadHistory(dir)
			if c.wantErr == "" {
				if err != nil || len(h.Steps) != c.steps {
					t.Fatalf("%d steps, error %v; want %d steps", len(h.Steps), err, c.steps)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, StepsFile)+", "+c.wantErr) {
				t.Fatalf("error %v, want one with the file and %q", err, c.wantErr)
			}
		})
	}
}

func TestReadHistoryOfOtherFolder(t *testing.T) {
	_, err := ReadHistory(t.TempDir())
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "name a run folder") {
		t.Errorf("error %v", err)
	}
}

func TestSeries(t *testing.T) {
	h := History{
		Steps:       []Event{{Step: 1, NumTokens: 10, PairMeans: PairMeans{Loss: 0.7}}, {Step: 2, NumTokens: 25, PairMeans: PairMeans{Loss: math.NaN()}}},
		Evaluations: []Evaluation{{Step: 2, PairMeans: PairMeans{Loss: 0.6, RewardsMargins: 0.3}}},
	}
	for _, c := range []struct {
		name          string
		steps, values []float64
	}{
		{"step", []float64{1, 2}, []float64{1, 2}},
		{"loss", []float64{1, 2}, []float64{0.7, math.NaN()}},
		{"num_tokens", []float64{1, 2}, []float64{10, 25}},
		{"eval_loss", []float64{2}, []float64{0.6}},
		{"eval_rewards/margins", []float64{2}, []float64{0.3}},
	} {
		steps, values, ok := h.Series(c.name)
		same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
		if !ok || !slices.Equal(steps, c.steps) || !slices.EqualFunc(values, c.values, same) {
			t.Errorf("%s: %v %v %v, want %v %v", c.name, steps, values, ok, c.steps, c.values)
		}
	}
	for _, name := range []string{"", "Loss", "eval_grad_norm"} {
		if _, _, ok := h.Series(name); ok {
			t.Errorf("%q was accepted as a metric", name)
		}
	}
	for _, name := range Names() {
		if _, _, ok := (History{}).Series(name); !ok {
			t.Errorf("%q is in Names but not in Series", name)
		}
	}
}
