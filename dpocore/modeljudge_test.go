package dpocore_test

import (
	"os"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
)

// TestModelJudgeOnBuiltinPairs prints how often the installed model tells the better answer of a held-out built-in pair.
func TestModelJudgeOnBuiltinPairs(t *testing.T) {
	if os.Getenv("DPO_TEST_JUDGE") == "" {
		t.Skip("DPO_TEST_JUDGE is not set; it takes minutes, and its figures are for docs/measurements.md")
	}
	model, err := dpocore.OpenModel("")
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	_, held, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range dpocore.ModelJudgeWays {
		var questions []judge.Question
		for _, pair := range held.Pairs {
			questions = append(questions, judge.Question{Prompt: pair.Prompt[0].Content, Answers: []string{pair.Chosen, pair.Rejected}})
		}
		all, err := dpocore.ModelJudge{Model: model, Way: way, MaxLength: 1024}.ScoresOfAll(t.Context(), questions)
		if err != nil {
			t.Fatal(err)
		}
		right := map[string]int{}
		for i, scores := range all {
			if scores[0] > scores[1] {
				right[held.Pairs[i].Objective]++
				right["all"]++
			}
		}
		t.Logf("by %s: right on %d of %d pairs, by objective %v", way, right["all"], len(all), right)
	}
}
