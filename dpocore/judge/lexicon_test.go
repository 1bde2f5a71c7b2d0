package judge

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

func TestLexicon(t *testing.T) {
	j := Lexicon("You", "your")
	answers := []string{
		"You should rest.",                    // 1 of 3 words
		"“Your” bread, YOUR oven — you, too!", // 3 of 6: a dash is no word
		"Young yours",                         // other words
		"",
	}
	scores, err := j.Scores(t.Context(), "?", answers)
	if want := []float64{100. / 3, 50, 0, 0}; err != nil || !slices.Equal(scores, want) || j.Name() != "lexicon:you,your" {
		t.Errorf("%s: %v, %v; want %v", j.Name(), scores, err, want)
	}
}

func TestPlain(t *testing.T) {
	scores, err := Plain().Scores(t.Context(), "?", []string{"To be, or  not", "ça", ""}) // 2 + 3 + 2 + 3 characters in 4 words
	if err != nil || scores[0] != -2.5 || scores[1] != -2 || !math.IsNaN(scores[2]) {
		t.Errorf("%v, %v", scores, err)
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]string{
		"words:40": "words:40", "plain": "plain", "plain:1": "plain takes nothing", "lexicon:you, Your": "lexicon:you,your",
		"words:0": "give a number of words", "words:": "give a number of words",
		"lexicon:": "give single words", "lexicon:thank you": "give single words", "lexicon:you,,your": "give single words",
		"lexicon:you.,don't,«Your»": "lexicon:you,don't,your", "lexicon:you,!": "give single words", // an answer's words have no punctuation around them
	} {
		j, ok, err := Parse(name)
		if got := j.Label; err == nil && got != want || err != nil && !strings.Contains(err.Error(), want) || !ok {
			t.Errorf("%q: %q, %v, %v; want %s", name, got, ok, err, want)
		}
	}
	if _, ok, err := Parse("model:judge"); ok || err != nil {
		t.Errorf("another kind: %v, %v", ok, err)
	}
}

func TestRelabel(t *testing.T) {
	pair := func(line int, chosen, rejected string) preference.Pair {
		return preference.Pair{Prompt: preference.User("Why?"), Chosen: chosen, Rejected: rejected, Source: "pairs.jsonl", Line: line}
	}
	set := &preference.Set{Source: "pairs.jsonl", Pairs: []preference.Pair{pair(0, "one two", "one"), pair(1, "one", "one two"), pair(2, "a b c", "b")}}
	judged, err := Relabel(t.Context(), Words(2), set)
	if err != nil || len(judged.Pairs) != 2 || judged.Pairs[0].Chosen != "one two" || judged.Pairs[1].Chosen != "one two" || judged.Pairs[1].Rejected != "one" {
		t.Fatalf("%+v, %v", judged, err)
	}
	if *judged.Pairs[1].Scores != [2]float64{0, -1} || judged.Source != "pairs.jsonl, judged by words:2" {
		t.Errorf("scores %v, source %q", *judged.Pairs[1].Scores, judged.Source)
	}
	if len(judged.Skipped) != 1 || judged.Skipped[0] != (preference.Skip{Source: "pairs.jsonl", Line: 2, Reason: preference.Tie}) || len(set.Skipped) != 0 {
		t.Errorf("skipped %+v, of the set %+v", judged.Skipped, set.Skipped)
	}
	if set.Pairs[1].Chosen != "one" {
		t.Error("the set has changed")
	}
	if _, err := Relabel(t.Context(), Lexicon("zebra"), set); err == nil || !strings.Contains(err.Error(), "choose another judge or other pairs") {
		t.Errorf("only ties: %v", err)
	}
	if _, err := Relabel(context.Background(), Rankings{}, set); !errors.Is(err, ErrWaiting) || !strings.Contains(err.Error(), "pairs.jsonl, line 1") {
		t.Errorf("a judge that waits: %v", err)
	}
}
