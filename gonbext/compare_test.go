package gonbext

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// stillAndMoved is a folder with two finished runs of the tiny model, one of which has changed it.
func stillAndMoved(t *testing.T) (folder string) {
	t.Helper()
	useTinyModel(t)
	t.Setenv(cell.MaxTokens, "12")
	printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	for name, rate := range map[string]float64{"still": 1e-30, "moved": 0.05} {
		c := shortConfig()
		c.MaxSteps, c.SampleSteps, c.WarmupSteps, c.LearningRate, c.EvalSteps = 2, 0, 0, rate, 0
		if err := trainRun(t.Context(), filepath.Join(folder, name), c, p); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestCompareRuns(t *testing.T) {
	folder := stillAndMoved(t)
	still, moved := filepath.Join(folder, "still"), filepath.Join(folder, "moved")
	status := func(string, ...any) {}
	one, err := measure.Compare(t.Context(), moved, []string{"Why?"}, status)
	if err != nil {
		t.Fatal(err)
	}
	if text := one.Table().Text(); !strings.Contains(text, "before training") || strings.Contains(text, moved) || one.Unchanged() != nil {
		t.Errorf("one run: %s", text)
	}
	if err := os.MkdirAll(filepath.Join(folder, "other", "plots"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, names := range []string{moved + ", " + still, folder + "/*"} {
		both, err := measure.Compare(t.Context(), names, []string{"Why?", "How?"}, status)
		if err != nil {
			t.Fatal(err)
		}
		table := both.Table()
		if len(table.Columns) != 4 || len(table.Rows) != 2 || table.Columns[1] != "base model" || table.Columns[2] != moved || table.Columns[3] != still ||
			table.Rows[0][1] != table.Rows[0][3] || table.Rows[0][1] == table.Rows[0][2] {
			t.Errorf("%s: %+v", names, table)
		}
		if note := both.Unchanged(); len(note) != 1 || !strings.Contains(note.Text(), "No answer of "+still+" differs from the base model's") {
			t.Errorf("%s: %v", names, note)
		}
	}
	for names, want := range map[string]string{
		"":                         `there is no run in ""`,
		moved + ", nowhere":        `there is no run in "nowhere"`,
		folder + "/x*":             "no run matches",
		"[" + moved:                "lacks a closing bracket",
		moved + "," + folder:       "there is no run in",
		folder + "/[a-b]*":         "no run matches",
		folder + "/no/*, " + moved: "no run matches",
	} {
		if _, err := measure.Compare(t.Context(), names, nil, status); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", names, err, want)
		}
	}
}

// The authors are hidden until all answers are ranked. Then they are shown with the tally, and the votes make pairs.
func TestCompareBlind(t *testing.T) {
	folder := stillAndMoved(t)
	votes, runs := filepath.Join(t.TempDir(), "votes.jsonl"), folder+"/*"
	prompts := []string{"Why?", "How?"}
	ask := func(words ...string) (string, int) {
		t.Helper()
		s, err := Rater("anna").open(votes, func(string, ...any) {})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		asked := 0
		s.Ask = func(_ context.Context, b views.Ballot) (string, bool) {
			if text := b.Text() + string(b.HTML()); strings.Contains(text, "moved") || strings.Contains(text, "base model") {
				t.Errorf("the ballot names the author: %s", text)
			}
			asked++
			if asked > len(words) {
				return "", false
			}
			return words[asked-1], true
		}
		said, err := s.CompareBlind(t.Context(), runs, prompts)
		if err != nil {
			t.Fatal(err)
		}
		return said.Text(), asked
	}
	if text, asked := ask("2 > 1"); asked != 2 || strings.Contains(text, "moved") || !strings.Contains(text, `gonbext.Rater("anna").Ranked(`) {
		t.Errorf("after one vote of two: %d asked\n%s", asked, text)
	}
	log, err := ranking.Read(votes)
	if err != nil || len(log.Candidates) != 2 || len(log.Judgements) != 1 {
		t.Fatalf("%v, %+v", err, log)
	}
	second := log.Pending("anna")[0]
	said, err := Rater("anna").ranked(votes, "2 > 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{": 2 > 1.", "It makes 1 pair", "Who wrote which", "base model, " + filepath.Join(folder, "still"), " of 2", "Each model against the others"} {
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
	ben, err := ranking.OpenSession(votes, "ben", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ben.Close()
	if revealed := views.Revealed(ben.Revealed(), ben.Log().Tally()).Text(); revealed != "" {
		t.Errorf("another rater sees the authors before the end: %s", revealed)
	}
}

// A run that has changed nothing leaves nothing to vote on.
func TestCompareBlindWithoutAChoice(t *testing.T) {
	folder := stillAndMoved(t)
	votes := filepath.Join(t.TempDir(), "votes.jsonl")
	s, err := Rater("anna").open(votes, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	said, err := s.CompareBlind(t.Context(), filepath.Join(folder, "still"), []string{"Why?"})
	log, readErr := ranking.Read(votes)
	if err != nil || readErr != nil || !strings.Contains(said.Text(), "make no ballot") || len(log.Candidates) != 0 {
		t.Errorf("%v, %v", said, err)
	}
}
