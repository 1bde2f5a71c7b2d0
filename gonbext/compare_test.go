package gonbext

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/judgement"
)

// stillAndMoved is a folder with two finished runs of the tiny model, one of which has moved.
func stillAndMoved(t *testing.T) (folder string) {
	t.Helper()
	useTinyModel(t)
	t.Setenv(maxTokensEnv, "12")
	printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	for name, rate := range map[string]float64{"still": 1e-30, "moved": 0.05} {
		c := shortConfig()
		c.MaxSteps, c.SampleSteps, c.WarmupSteps, c.LearningRate, c.EvalSteps = 2, 0, 0, rate, 0
		if err := train(t.Context(), filepath.Join(folder, name), c, p); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestCompareRuns(t *testing.T) {
	folder := stillAndMoved(t)
	still, moved := filepath.Join(folder, "still"), filepath.Join(folder, "moved")
	say := func(string, ...any) {}
	one, err := compare(t.Context(), moved, []string{"Why?"}, say)
	if err != nil {
		t.Fatal(err)
	}
	if text := one.table().Text(); !strings.Contains(text, "before training") || strings.Contains(text, moved) || one.unchanged() != nil {
		t.Errorf("one run: %s", text)
	}
	if err := os.MkdirAll(filepath.Join(folder, "other", "plots"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, names := range []string{moved + ", " + still, folder + "/*"} {
		both, err := compare(t.Context(), names, []string{"Why?", "How?"}, say)
		if err != nil {
			t.Fatal(err)
		}
		table := both.table()
		if len(table.columns) != 4 || len(table.rows) != 2 || table.columns[1] != "base model" || table.columns[2] != moved || table.columns[3] != still ||
			table.rows[0][1] != table.rows[0][3] || table.rows[0][1] == table.rows[0][2] {
			t.Errorf("%s: %+v", names, table)
		}
		if note := both.unchanged(); len(note) != 1 || !strings.Contains(note.Text(), "No answer of "+still+" differs from the base model's") {
			t.Errorf("%s: %v", names, note)
		}
	}
	for names, want := range map[string]string{
		"":                         `there is no run in ""`,
		moved + ", nowhere":        `there is no run in "nowhere"`,
		folder + "/x*":             "no run matches",
		"[" + moved:                "a bracket too few",
		moved + "," + folder:       "there is no run in",
		folder + "/[a-b]*":         "no run matches",
		folder + "/no/*, " + moved: "no run matches",
	} {
		if _, err := compare(t.Context(), names, nil, say); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", names, err, want)
		}
	}
}

// Nothing says whose an answer is before all are ranked; then it does, with the tally, and the votes are pairs.
func TestCompareBlind(t *testing.T) {
	folder := stillAndMoved(t)
	votes, runs := filepath.Join(t.TempDir(), "votes.jsonl"), folder+"/*"
	prompts := []string{"Why?", "How?"}
	ask := func(words ...string) (string, int) {
		t.Helper()
		s, err := Rater("anna").session(votes)
		if err != nil {
			t.Fatal(err)
		}
		defer s.file.Close()
		asked := 0
		s.ask = func(_ context.Context, r ranking) (string, bool) {
			if text := r.Text() + string(r.HTML()); strings.Contains(text, "moved") || strings.Contains(text, "base model") {
				t.Errorf("the ballot says whose it is: %s", text)
			}
			asked++
			if asked > len(words) {
				return "", false
			}
			return words[asked-1], true
		}
		said, err := s.compareBlind(t.Context(), runs, prompts, func(string, ...any) {})
		if err != nil {
			t.Fatal(err)
		}
		return said.Text(), asked
	}
	if text, asked := ask("2 > 1"); asked != 2 || strings.Contains(text, "moved") || !strings.Contains(text, `gonbext.Rater("anna").Ranked(`) {
		t.Errorf("after one vote of two: %d asked\n%s", asked, text)
	}
	log, err := judgement.Read(votes)
	if err != nil || len(log.Drawings) != 2 || len(log.Judgements) != 1 {
		t.Fatalf("%v, %+v", err, log)
	}
	second := log.Pending("anna")[0]
	said, err := Rater("anna").ranked(votes, "2 > 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Kept: 2 > 1", "It makes 1 pair", "Who wrote which", "base model, " + filepath.Join(folder, "still"), " of 2", "How each model did"} {
		if !strings.Contains(said.Text(), want) {
			t.Errorf("the end lacks %q:\n%s", want, said.Text())
		}
	}
	if text, asked := ask(); asked != 0 || !strings.Contains(text, "Who wrote which") || !strings.Contains(text, second.Prompt) {
		t.Errorf("once all is ranked: %d asked\n%s", asked, text)
	}
	p, err := load(t.Context(), votes)
	if err != nil || p.Len() != 2 {
		t.Errorf("the votes make %v, %v", p, err)
	}
	if _, err := Rater("ben").ranked(votes, "1 > 2"); err != nil {
		t.Fatal(err)
	}
	if s, err := Rater("ben").session(votes); err != nil || s.revealed().Text() != "" {
		t.Errorf("another rater is told before the end: %v", err)
	}
}

// A run that has moved nothing leaves nothing to vote on.
func TestCompareBlindWithoutAChoice(t *testing.T) {
	folder := stillAndMoved(t)
	s, err := Rater("anna").session(filepath.Join(t.TempDir(), "votes.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.file.Close()
	said, err := s.compareBlind(t.Context(), filepath.Join(folder, "still"), []string{"Why?"}, func(string, ...any) {})
	if err != nil || !strings.Contains(said.Text(), "there is nothing to choose") || len(s.log.Drawings) != 0 {
		t.Errorf("%v, %v", said, err)
	}
}
