package judge

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/ranking"
)

func TestFunc(t *testing.T) {
	j := Words(3)
	scores, err := j.Scores(t.Context(), "?", []string{"a b c", "a", "a b c d e f"})
	if err != nil || !slices.Equal(scores, []float64{0, -2, -3}) || j.Name() != "words:3" {
		t.Errorf("%s: %v, %v", j.Name(), scores, err)
	}
}

func TestRankings(t *testing.T) {
	j := Rankings{"reader", []Ranking{
		{"Why?", []string{"a", "b", "c"}, []int{1, 2, 3}},
		{"Why?", []string{"a", "b", "c"}, []int{2, 1, 2}}, // the later one counts
		{"How?", []string{"d", "e"}, nil},
		{"Who?", []string{"f", "g"}, []int{1}},
	}}
	if scores, err := j.Scores(t.Context(), "Why?", []string{"c", "b", "a"}); err != nil || !slices.Equal(scores, []float64{-2, -1, -2}) {
		t.Errorf("in another order: %v, %v", scores, err)
	}
	if scores, err := j.Scores(t.Context(), "How?", []string{"d", "e"}); err != nil || scores != nil {
		t.Errorf("none good: %v, %v", scores, err)
	}
	for prompt, answers := range map[string][]string{"Why?": {"a", "b"}, "When?": {"a", "b", "c"}} {
		if _, err := j.Scores(t.Context(), prompt, answers); !errors.Is(err, ErrWaiting) {
			t.Errorf("%s %q: %v, want that it waits", prompt, answers, err)
		}
	}
	if _, err := j.Scores(t.Context(), "Who?", []string{"f", "g"}); err == nil || errors.Is(err, ErrWaiting) {
		t.Errorf("a rank too few: %v", err)
	}
}

func TestBetter(t *testing.T) {
	score := Func{"first letter", func(_, answer string) float64 {
		if answer == "?" {
			return math.NaN()
		}
		return float64(answer[0])
	}}
	for _, c := range []struct {
		first, second string
		want          float64
	}{{"b", "a", 1}, {"a", "b", 0}, {"a", "a", 0.5}, {"a", "?", 0.5}} {
		if got, err := Better(score)(t.Context(), "", c.first, c.second); err != nil || got != c.want {
			t.Errorf("%s against %s: %g, %v; want %g", c.first, c.second, got, err, c.want)
		}
	}
	if _, err := Better(Rankings{})(context.Background(), "", "a", "b"); !errors.Is(err, ErrWaiting) {
		t.Errorf("got %v", err)
	}
}

func TestCostInWords(t *testing.T) {
	for want, c := range map[string]Cost{
		"1 call, 80 input tokens and 12 output tokens":            {1, 80, 12},
		"1,200 calls, 960,000 input tokens and 5 output tokens":   {1200, 960000, 5},
		"0 calls, 1,234,567 input tokens and 1,000 output tokens": {0, 1234567, 1000},
	} {
		if c.String() != want {
			t.Errorf("%q, want %q", c, want)
		}
	}
}

// A person's file gets the answers once; ranked in the notebook's form, they count, and the last ranking most.
func TestPerson(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ranked.jsonl")
	anna, anyone := Person{path, "anna"}, Person{path, ""}
	answers := []string{"a", "b", "c"}
	for range 2 {
		if _, err := anna.Scores(t.Context(), "Why?", answers); !errors.Is(err, ErrWaiting) {
			t.Fatalf("before she ranks: %v", err)
		}
	}
	log, err := ranking.Read(path)
	if err != nil || len(log.Candidates) != 1 || log.Candidates[0].Prompt != "Why?" || len(log.Pending("anna")) != 1 {
		t.Fatalf("the file holds %+v, %v", log, err)
	}
	file, err := ranking.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, verdict := range []ranking.Verdict{{Rater: "anna", Ranks: []int{2, 1, 2}}, {Rater: "ben", Ranks: []int{1, 1, 1}, AllBad: true}} {
		if err := file.AddVerdict(log.Candidates[0], verdict); err != nil {
			t.Fatal(err)
		}
	}
	if scores, err := anna.Scores(t.Context(), "Why?", answers); err != nil || !slices.Equal(scores, []float64{-2, -1, -2}) {
		t.Errorf("anna: %v, %v", scores, err)
	}
	if scores, err := anyone.Scores(t.Context(), "Why?", answers); err != nil || scores != nil {
		t.Errorf("the last one found all bad: %v, %v", scores, err)
	}
}
