package compare_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/dpocore/compare"
	"example.com/gonb-dpo/dpocore/model"
)

// twoRuns are a run that has changed what the model says, and its checkpoint of half the steps.
func twoRuns(t *testing.T, model *model.Model) []string {
	t.Helper()
	c, data := runtest.Short(t)
	c.LearningRate = 0.05
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	return []string{dir, filepath.Join(dir, runtest.Checkpoint(3))}
}

// All models answer the same prompts; what is kept is not asked again, whatever it is compared with; the seed counts
// where words are drawn, and only there.
func TestCompareSeveralRuns(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := runtest.Model(t)
	runs := twoRuns(t, model)
	prompts := []string{"Why?", "How?"}
	compare := func(o compare.Options, runs ...string) (answers []compare.Answers, asked int) {
		t.Helper()
		answers, err := compare.Run(context.Background(), model, runs, prompts, o, func(done, total int) {
			if done != asked {
				t.Errorf("answer %d of %d comes after %d others", done, total, asked)
			}
			asked++
		})
		if err != nil {
			t.Fatal(err)
		}
		return answers, asked
	}
	greedy := compare.Options{MaxNewTokens: 12, Seed: 1}
	_, asked := compare(greedy, runs[1])
	if asked != 4 {
		t.Errorf("one run: %d answers asked for, want those of two models to two prompts", asked)
	}
	both, asked := compare(greedy, runs...)
	if asked != 2 || len(both) != 2 || len(both[0].Said) != 3 || both[1].Prompt != "How?" {
		t.Errorf("with another run: %d asked for, %+v", asked, both)
	}
	if both[0].Said[0] == both[0].Said[1] || both[0].Said[1] == both[0].Said[2] {
		t.Errorf("the models say the same: %+v", both[0].Said)
	}
	greedy.Seed = 2
	again, asked := compare(greedy, runs[1], runs[0])
	if asked != 0 || again[0].Said[0] != both[0].Said[0] || again[0].Said[1] != both[0].Said[2] || again[0].Said[2] != both[0].Said[1] {
		t.Errorf("in the other order: %d asked for, %+v", asked, again)
	}
	prompts = prompts[1:]
	if one, asked := compare(greedy, runs...); asked != 0 || !slices.Equal(one[0].Said, both[1].Said) {
		t.Errorf("one of the prompts: %d asked for, %+v", asked, one)
	}
	prompts = []string{"Why?", "How?"}
	drawn := compare.Options{MaxNewTokens: 12, Temperature: 1, Seed: 1}
	first, asked := compare(drawn, runs...)
	if asked != 6 || first[0].Said[0] == both[0].Said[0] {
		t.Errorf("drawn: %d asked for, %+v", asked, first)
	}
	drawn.Seed = 2
	other, asked := compare(drawn, runs...)
	if asked != 6 || slices.Equal(other[0].Said, first[0].Said) {
		t.Errorf("with another seed: %d asked for, %+v", asked, other)
	}
	if err := os.WriteFile(filepath.Join(runs[0], "answers.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if mended, asked := compare(drawn, runs...); asked != 2 || !slices.Equal(mended[1].Said, other[1].Said) {
		t.Errorf("with a damaged file: %d asked for, %+v", asked, mended)
	}
	if _, err := compare.Run(context.Background(), model, []string{t.TempDir()}, prompts, drawn, func(int, int) {}); err == nil {
		t.Error("a folder without an adapter has answered")
	}
}

// A ballot has each model's answer once, in an order that has nothing to do with who gave it; what is said twice, or not
// at all, is no choice.
func TestBlind(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := runtest.Model(t)
	runs := twoRuns(t, model)
	said := func(texts ...string) (list []compare.Said) {
		for _, text := range texts {
			list = append(list, compare.Said{Text: text})
		}
		return list
	}
	answers := []compare.Answers{
		{Prompt: "Two of a kind?", Said: said("same", "other", " same\n")},
		{Prompt: "All alike?", Said: said("same", "same", "same")},
		{Prompt: "Dumb?", Said: said("words", " ", "more words")},
	}
	for i := range 40 {
		answers = append(answers, compare.Answers{Prompt: strings.Repeat("x", 1+i), Said: said("a", "b", "c")})
	}
	ballots, notes, err := compare.Blind(model, runs, answers, compare.Options{MaxNewTokens: 12, Seed: 3})
	if err != nil || len(ballots) != 42 {
		t.Fatalf("%d ballots, %v", len(ballots), err)
	}
	if len(notes) != 2 || !strings.Contains(notes[0], "To 1 of 43 prompts there are no two different answers") || !strings.Contains(notes[1], "on no ballot: 1.") {
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
		t.Errorf("the base model stands at the three places %v times", places)
	}
	again, _, err := compare.Blind(model, runs, answers, compare.Options{MaxNewTokens: 12, Seed: 3})
	if err != nil || again[5].ID != ballots[5].ID {
		t.Errorf("the same comparison makes another ballot: %v", err)
	}
}
