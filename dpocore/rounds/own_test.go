package rounds_test

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// The first round trains on the first model's answers, too. The change of the check prompts' scores is that of their means.
func TestOwnAnswersInRoundOne(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferenceBase)
	c.Own, c.Rounds, data.Train = true, 2, nil
	prompts.Check = []string{"Check?", "Really?"}
	dir, calls, l := filepath.Join(t.TempDir(), "rounds"), 0, &roundsListener{}
	record, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), l)
	if err != nil {
		t.Fatal(err)
	}
	if want := " of the first model's answers to new prompts, judged by vowels. It starts from the first model, "; len(l.summaries) != 2 || !strings.Contains(l.summaries[0], want) {
		t.Errorf("summaries %q", l.summaries)
	}
	first, _, err := run.ReadRecord(filepath.Join(dir, "round-1"))
	if err != nil || len(first.Lineage.Files) != 3 || first.Lineage.Previous != "" || first.Model.Adapter != "" {
		t.Errorf("the lineage of round 1 is %+v, %v", first.Lineage, err)
	}
	for i, want := range []string{"One?", "Four?"} { // three prompts per round
		line, _, _ := strings.Cut(runtest.Read(t, filepath.Join(dir, []string{"answers-1.jsonl", "answers-2.jsonl"}[i])), "\n")
		if !strings.Contains(line, want) {
			t.Errorf("round %d begins with %s", i+1, line)
		}
	}
	if notes := strings.Join(l.Notes, "\n"); strings.Contains(notes, "check prompt") {
		t.Errorf("other check prompts: %s", notes)
	}
	if record.Checked[0].Change != nil || len(record.Checked) != 3 {
		t.Fatalf("checked %+v", record.Checked)
	}
	for _, round := range []int{1, 2} {
		want := 0.
		for place := range 2 {
			want += (meanOf(t, dir, round, place) - meanOf(t, dir, 0, place)) / 2
		}
		if got := record.Checked[round].Change; got == nil || math.Abs(got.Value-want) > 1e-12 || got.Low > want || got.High < want {
			t.Errorf("the change after round %d is %+v, want %g", round, got, want)
		}
	}
	answers, err := rounds.CheckedAnswers(dir, 2)
	if err != nil || len(answers) != 6 || answers[0].Prompt != "Check?" || answers[3].Prompt != "Really?" || answers[0].Score < answers[1].Score || answers[4].Score < answers[5].Score {
		t.Errorf("the answers after round 2 are %+v, %v", answers, err)
	}
	if _, err := rounds.CheckedAnswers(dir, 3); err == nil || !strings.Contains(err.Error(), "give a round that") {
		t.Errorf("a round too many: %v", err)
	}
	twice := prompts
	twice.Check = []string{"Check?", "Check?"}
	twice.New = prompts.New[:1]
	one := c
	one.Rounds, one.Prompts = 1, 1
	same, err := rounds.Run(t.Context(), model, filepath.Join(t.TempDir(), "twice"), one, data, twice, vowels(&calls), &roundsListener{})
	if err != nil || len(same.Checked) != 2 || !math.IsInf(same.Checked[1].Change.High, 1) {
		t.Errorf("one check prompt, given twice, has an interval: %v, %+v", err, same.Checked)
	}
	trained, both := prompts, &roundsListener{}
	trained.Check = []string{"Four?", " One? ", "Really?"}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := rounds.Run(stopped, model, t.TempDir(), c, data, trained, vowels(&calls), both); err == nil || !strings.HasPrefix(strings.Join(both.Notes, "\n"), "The rounds also train on 2 of the 3 check prompts, ") {
		t.Errorf("check prompts that are trained on: %v, %q", err, both.Notes)
	}
	_, again, _ := shortRounds(t, rounds.ReferenceBase)
	c.Own = false
	if _, err := rounds.Run(t.Context(), model, dir, c, again, prompts, vowels(&calls), l); err == nil || !strings.Contains(err.Error(), "their use of the model's own answers in round 1 is true, not false") {
		t.Errorf("other rounds: %v", err)
	}
}

// meanOf is the mean score of a check prompt's answers after a round, from the file.
func meanOf(t *testing.T, dir string, round, place int) float64 {
	t.Helper()
	line := strings.Split(runtest.Read(t, filepath.Join(dir, "check-scores-"+string(rune('0'+round))+".jsonl")), "\n")[place]
	var scored struct{ Scores []float64 }
	if err := json.Unmarshal([]byte(line), &scored); err != nil || len(scored.Scores) == 0 {
		t.Fatalf("%s: %v", line, err)
	}
	sum := 0.
	for _, score := range scored.Scores {
		sum += score
	}
	return sum / float64(len(scored.Scores))
}
