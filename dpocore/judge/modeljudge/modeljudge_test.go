package modeljudge_test

import (
	"os"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestBuiltinPairs prints how often the installed model ranks a held-out built-in pair right.
func TestBuiltinPairs(t *testing.T) {
	if os.Getenv("DPO_TEST_JUDGE") == "" {
		t.Skip("DPO_TEST_JUDGE is not set; the test takes minutes and prints figures for docs/measurements.md")
	}
	model, err := model.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	_, heldOut, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range modeljudge.Methods {
		var questions []judge.Question
		for _, pair := range heldOut.Pairs {
			questions = append(questions, judge.Question{Prompt: pair.Prompt[0].Content, Answers: []string{pair.Chosen, pair.Rejected}})
		}
		all, err := modeljudge.Judge{Model: model, Method: method, MaxLength: 1024}.ScoreAll(t.Context(), questions)
		if err != nil {
			t.Fatal(err)
		}
		right := map[string]int{}
		for i, scores := range all {
			if scores[0] > scores[1] {
				right[heldOut.Pairs[i].Objective]++
				right["all"]++
			}
		}
		t.Logf("by %s: right on %d of %d pairs, by objective %v", method, right["all"], len(all), right)
	}
}

// Equal answers have equal scores, however many are judged together. A prompt that is too long has no score.
func TestJudge(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	questions := []judge.Question{
		{Prompt: "Why?", Answers: []string{"Because of the light.", "No.", "Because of the light."}},
		{Prompt: "How?", Answers: []string{"By hand.", "With some patience, and water."}},
		{Prompt: strings.Repeat("word ", 200), Answers: []string{"Too long.", "Far too long."}},
	}
	note := ""
	model.Note = func(text string) { note = text }
	for _, method := range modeljudge.Methods {
		j := modeljudge.Judge{Model: model, Method: method, MaxLength: 128}
		all, err := j.ScoreAll(t.Context(), questions)
		if err != nil || len(all) != 3 || len(all[0]) != 3 || len(all[1]) != 2 {
			t.Fatalf("%v, %v", all, err)
		}
		if all[0][0] != all[0][2] && !(all[0][0]-all[0][2] < 1e-4 && all[0][2]-all[0][0] < 1e-4) || all[0][0] == all[0][1] {
			t.Errorf("by %s: the scores are %v", method, all[0])
		}
		if all[2][0] == all[2][0] {
			t.Errorf("by %s: an answer to a prompt that is too long has the score %g, want NaN", method, all[2][0])
		}
		if !strings.Contains(note, "the answers to judge: left out 2 pairs") {
			t.Errorf("by %s: the note is %q", method, note)
		}
		alone, err := j.Scores(t.Context(), "How?", questions[1].Answers)
		for i := range alone {
			if difference := alone[i] - all[1][i]; err != nil || difference > 1e-3 || difference < -1e-3 {
				t.Errorf("by %s: alone %v, together %v, %v", method, alone, all[1], err)
			}
		}
	}
	if err := (modeljudge.Judge{Model: model, Method: "chance", MaxLength: 128}).Validate(); err == nil || !strings.Contains(err.Error(), `unknown method of judging "chance"; it must be yes or likelihood`) {
		t.Errorf("got %v", err)
	}
}
