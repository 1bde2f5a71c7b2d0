package compare_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/compare"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// twoRuns returns a run whose answers differ from the base model's, and its checkpoint after half the steps.
func twoRuns(t *testing.T, model *model.Model) []string {
	t.Helper()
	c, data := runtest.Short(t)
	c.LearningRate = 0.05
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	return []string{dir, filepath.Join(dir, runtest.Checkpoint(3))}
}

// All models answer the same prompts. Saved answers are reused in any comparison. The seed matters only at a temperature
// above 0.
func TestCompareSeveralRuns(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	runs := twoRuns(t, model)
	prompts := []string{"Why?", "How?"}
	answer := func(o compare.Options, runs ...string) (answers []compare.Answers, sampled int) {
		t.Helper()
		answers, err := compare.Run(context.Background(), model, runs, prompts, o, func(done, total int) {
			if done != sampled {
				t.Errorf("answer %d of %d comes after %d others", done, total, sampled)
			}
			sampled++
		})
		if err != nil {
			t.Fatal(err)
		}
		return answers, sampled
	}
	greedy := compare.Options{MaxNewTokens: 12, Seed: 1}
	_, sampled := answer(greedy, runs[1])
	if sampled != 4 {
		t.Errorf("one run: %d answers sampled, want 2 models · 2 prompts", sampled)
	}
	both, sampled := answer(greedy, runs...)
	if sampled != 2 || len(both) != 2 || len(both[0].Replies) != 3 || both[1].Prompt != "How?" {
		t.Errorf("with another run: %d sampled, %+v", sampled, both)
	}
	if both[0].Replies[0] == both[0].Replies[1] || both[0].Replies[1] == both[0].Replies[2] {
		t.Errorf("the models give the same answer: %+v", both[0].Replies)
	}
	greedy.Seed = 2
	again, sampled := answer(greedy, runs[1], runs[0])
	if sampled != 0 || again[0].Replies[0] != both[0].Replies[0] || again[0].Replies[1] != both[0].Replies[2] || again[0].Replies[2] != both[0].Replies[1] {
		t.Errorf("in the other order: %d sampled, %+v", sampled, again)
	}
	prompts = prompts[1:]
	if one, sampled := answer(greedy, runs...); sampled != 0 || !slices.Equal(one[0].Replies, both[1].Replies) {
		t.Errorf("one of the prompts: %d sampled, %+v", sampled, one)
	}
	prompts = []string{"Why?", "How?"}
	drawn := compare.Options{MaxNewTokens: 12, Temperature: 1, Seed: 1}
	first, sampled := answer(drawn, runs...)
	if sampled != 6 || first[0].Replies[0] == both[0].Replies[0] {
		t.Errorf("drawn: %d sampled, %+v", sampled, first)
	}
	drawn.Seed = 2
	other, sampled := answer(drawn, runs...)
	if sampled != 6 || slices.Equal(other[0].Replies, first[0].Replies) {
		t.Errorf("with another seed: %d sampled, %+v", sampled, other)
	}
	if err := os.WriteFile(filepath.Join(runs[0], "answers.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if repaired, sampled := answer(drawn, runs...); sampled != 2 || !slices.Equal(repaired[1].Replies, other[1].Replies) {
		t.Errorf("with a damaged file: %d sampled, %+v", sampled, repaired)
	}
	unwritable := filepath.Join(runs[0], "answers.json")
	if err := errors.Join(os.Remove(unwritable), os.Mkdir(unwritable, 0o700)); err != nil { // no file can have this name
		t.Fatal(err)
	}
	note := ""
	model.Note = func(text string) { note = text }
	if shown, _ := answer(drawn, runs...); !slices.Equal(shown[1].Replies, other[1].Replies) || !strings.Contains(note, "are shown but not saved") {
		t.Errorf("with no place to save them: %+v, note %q", shown, note)
	}
	if _, err := compare.Run(context.Background(), model, []string{t.TempDir()}, prompts, drawn, func(int, int) {}); err == nil {
		t.Error("a folder without an adapter was accepted")
	}
}

// A ballot has each different answer once, in an order unrelated to the models; equal and empty answers leave nothing to
// choose.
func TestBlind(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	runs := twoRuns(t, model)
	replies := func(texts ...string) (list []compare.Reply) {
		for _, text := range texts {
			list = append(list, compare.Reply{Text: text})
		}
		return list
	}
	answers := []compare.Answers{
		{Prompt: "Two of a kind?", Replies: replies("same", "other", " same\n")},
		{Prompt: "All the same?", Replies: replies("same", "same", "same")},
		{Prompt: "Silent?", Replies: replies("words", " ", "more words")},
	}
	for i := range 40 {
		answers = append(answers, compare.Answers{Prompt: strings.Repeat("x", 1+i), Replies: replies("a", "b", "c")})
	}
	ballots, notes, err := compare.Blind(model, runs, answers, compare.Options{MaxNewTokens: 12, Seed: 3})
	if err != nil || len(ballots) != 42 {
		t.Fatalf("%d ballots, %v", len(ballots), err)
	}
	if len(notes) != 2 || !strings.Contains(notes[0], "1 of 43 prompts have fewer than two different answers") || !strings.Contains(notes[1], "1 empty answers") {
		t.Errorf("notes: %q", notes)
	}
	by := map[string][]string{}
	for _, answer := range ballots[0].Answers {
		by[answer.Text] = answer.By
	}
	if len(by) != 2 || !slices.Equal(by["same"], []string{"base model", runs[1]}) || !slices.Equal(by["other"], runs[:1]) {
		t.Errorf("the first ballot is %+v", ballots[0])
	}
	if d := ballots[1]; len(d.Answers) != 2 || d.ID == "" || d.Sampling.MaxNewTokens != 12 || !strings.Contains(d.Adapter, runs[1]) {
		t.Errorf("the second ballot is %+v", d)
	}
	places := [3]int{}
	for _, d := range ballots[2:] {
		places[slices.IndexFunc(d.Answers, func(a ranking.Answer) bool { return a.By[0] == "base model" })]++
	}
	if slices.Min(places[:]) < 5 { // of 40, 13 on average; 5 or fewer at a given place in one case of 500
		t.Errorf("the base model is at the three places %v times", places)
	}
	again, _, err := compare.Blind(model, runs, answers, compare.Options{MaxNewTokens: 12, Seed: 3})
	if err != nil || again[5].ID != ballots[5].ID {
		t.Errorf("the same comparison makes a different ballot: %v", err)
	}
}
