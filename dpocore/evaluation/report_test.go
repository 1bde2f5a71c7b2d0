package evaluation

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// tenPairs returns 8 correctly ranked pairs with a margin of 1 and 2 others with a margin of −1. The chosen answer gained half
// of the margin and the rejected one lost half. Both answers have 5 tokens, over which the policy diverges by 1 nat.
func tenPairs() (pairs []Pair) {
	for i := range 10 {
		margin := []float64{1, -1}[i/8]
		pairs = append(pairs, Pair{
			Line: i, Prompt: i, Source: []string{"a", "b"}[i%2], Objective: "helpfulness",
			LogpsChosen: -10 + margin/2, RefLogpsChosen: -10, LogpsRejected: -20 - margin/2, RefLogpsRejected: -20,
			Margin: margin, TokensChosen: 5, TokensRejected: 5, KL: 1,
		})
	}
	return pairs
}

func TestReport(t *testing.T) {
	r, err := Summarize(tenPairs(), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                 string
		got, want, tolerance float64
	}{
		{"accuracy", r.Accuracy.Value, 0.8, 1e-12},
		{"gap", r.Gap.Value, 0.6, 1e-12},
		{"chosen", r.Chosen.Value, 0.3, 1e-12},
		{"rejected", r.Rejected.Value, -0.3, 1e-12},
		{"KL per token", r.KL.Value, 0.1, 1e-12},
		{"length-controlled accuracy with equal lengths", r.LengthControlled.Value, 0.8, 0.02},
		// 8·(1 − σ(0.1))² and 2·(1 − σ(−0.1))² over 10
		{"Brier", r.Calibration.Brier.Value, 0.8*0.22564 + 0.2*0.27560, 2e-5},
		// Wilson's interval is 0.490 to 0.943
		{"low accuracy", r.Accuracy.Low, 0.490, 0.07},
		{"high accuracy", r.Accuracy.High, 0.943, 0.07},
	} {
		if math.Abs(c.got-c.want) > c.tolerance {
			t.Errorf("%s is %g, want %g", c.name, c.got, c.want)
		}
	}
	if len(r.Sources) != 2 || r.Sources[0].Name != "a" || r.Sources[0].Pairs != 5 || len(r.Objectives) != 1 || r.Prompts != 10 {
		t.Errorf("parts: %+v, %+v, %d prompts", r.Sources, r.Objectives, r.Prompts)
	}
	if _, err := Summarize(nil, 0.1); !errors.Is(err, ErrNoPairs) {
		t.Errorf("no pairs: %v", err)
	}
}

// A single prompt has an unbounded interval, which JSON must preserve.
func TestReportAndPairsRoundTrip(t *testing.T) {
	dir := t.TempDir()
	pairs := tenPairs()[:2]
	pairs[1].Prompt = 0
	r, err := Summarize(pairs, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := ReadReport(dir); ok || err != nil {
		t.Errorf("a report in an empty folder: %v, %v", ok, err)
	}
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := ReadReport(dir); !ok || err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("got %+v (%v, %v), want %+v", got, ok, err, r)
	}
	path := filepath.Join(dir, PairsFile)
	if err := WritePairs(path, pairs); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadPairs(path); err != nil || !reflect.DeepEqual(got, pairs) {
		t.Errorf("got %+v (%v), want %+v", got, err, pairs)
	}
	if err := os.WriteFile(path, []byte("{}\n{torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPairs(path); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a torn file: %v", err)
	}
}

func TestCompareRequiresSamePairs(t *testing.T) {
	first, second := tenPairs(), tenPairs()
	second[0].Margin = -1
	d, err := Compare(first, second)
	if err != nil || d.Only != [2]int{1, 0} || d.P != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
	second[3].Line = 7
	for _, other := range [][]Pair{second, first[:9]} {
		if _, err := Compare(first, other); err == nil {
			t.Error("different pairs were compared")
		}
	}
}

// Two passages of 10 tokens with a loss of 1 nat per token before and 1.5 after: perplexity e and e^1.5, a ratio of √e.
func TestPlainText(t *testing.T) {
	p := SummarizePlainText("x", []Passage{{10, -10, -15}, {10, -10, -15}})
	if math.Abs(p.Before-math.E) > 1e-9 || math.Abs(p.After-math.Exp(1.5)) > 1e-9 || math.Abs(p.Factor.Value-math.Exp(0.5)) > 1e-9 || p.Tokens != 20 {
		t.Errorf("got %+v", p)
	}
}

func TestSummarizeAnswers(t *testing.T) {
	r := SummarizeAnswers([]AnswerPair{
		{"a", Answer{"One two.", 3, true}, Answer{strings.Repeat("no ", 23), 8, false}},
		{"b", Answer{"One two.", 5, true}, Answer{"Fine.", 2, true}},
	}, 8)
	if r.Base != (AnswerStats{4, 1, 0}) || r.Run.Tokens != 5 || r.Run.Ended != 0.5 || math.Abs(r.Run.Repetition-0.475) > 1e-12 {
		t.Errorf("got %+v and %+v", r.Base, r.Run)
	}
	if math.Abs(r.Change.Ended.Value+0.5) > 1e-12 || r.Change.Ended.Low > -0.99 {
		t.Errorf("the change in ended answers is %v", r.Change.Ended)
	}
}

// A judge that always prefers the first answer is asked in both orders, and is never consistent.
func TestWinRate(t *testing.T) {
	answers := []AnswerPair{{"a", Answer{Text: "short"}, Answer{Text: "a longer one"}}, {"b", Answer{Text: "long enough"}, Answer{Text: "no"}}}
	longer := func(_ context.Context, _, first, second string) (float64, error) {
		if len(first) > len(second) {
			return 1, nil
		}
		return 0, nil
	}
	first := func(context.Context, string, string, string) (float64, error) { return 1, nil }
	for _, test := range []struct {
		judge            Judge
		rate, consistent float64
	}{{longer, 0.5, 1}, {first, 0.5, 0}} {
		w, err := MeasureWinRate(context.Background(), test.judge, answers, func(int, int) {})
		if err != nil || w.Rate.Value != test.rate || w.Consistent != test.consistent {
			t.Errorf("got %+v, %v", w, err)
		}
	}
	sameVerdict := []AnswerPair{answers[0], {"c", answers[0].Base, answers[0].Run}}
	if w, err := MeasureWinRate(context.Background(), longer, sameVerdict, func(int, int) {}); err != nil || w.Rate.Value != 1 && w.Rate.Value != 0 || w.Rate.High-w.Rate.Low < 0.2 {
		t.Errorf("two equal verdicts have no uncertainty: %+v, %v", w.Rate, err)
	}
	outOfRange := func(context.Context, string, string, string) (float64, error) { return 7, nil }
	if _, err := MeasureWinRate(context.Background(), outOfRange, answers, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "the judge returned 7") {
		t.Errorf("a verdict of 7: %v", err)
	}
}
