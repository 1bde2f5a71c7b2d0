package ranking

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

// session opens a session whose answers are those of [four]; sampled counts them.
func session(t *testing.T, path, rater string) (s *Session, sampled *int) {
	t.Helper()
	sampled = new(int)
	s, err := OpenSession(path, rater, func(_ context.Context, prompt string) (Candidates, error) {
		*sampled++
		return four(prompt), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, sampled
}

// TestSession: answers are sampled once, stay pending until they are ranked, and are shown to the next rater as they are.
func TestSession(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rankings.jsonl")
	s, sampled := session(t, path, "anna")
	var shown []Candidates
	for _, task := range s.Tasks([]string{"One?", "Two?", "One?"}) {
		c, err := s.Candidates(t.Context(), task)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, c)
	}
	if *sampled != 2 || shown[0].ID != shown[2].ID || len(s.Pending()) != 2 {
		t.Fatalf("sampled %d times, %d pending", *sampled, len(s.Pending()))
	}
	var invalid *OrderError
	if _, err := s.Rank(shown[0], "1 > 2"); !errors.As(err, &invalid) {
		t.Errorf("an order of two answers: %v", err)
	}
	for _, order := range []string{"1 2 3 4", "3 > 2 = 4 > 1"} { // the second replaces the first
		if _, err := s.Rank(shown[0], order); err != nil {
			t.Fatal(err)
		}
	}
	if v, ok := s.Verdict(shown[0]); !ok || v.Order() != "3 > 2 = 4 > 1" || v.Rater != "anna" || v.Judged.IsZero() {
		t.Errorf("the verdict is %+v, %v", v, ok)
	}
	if judgements, complete := s.Judgements(shown); len(judgements) != 2 || complete {
		t.Errorf("%d judgements, complete: %v", len(judgements), complete)
	}

	again, sampled := session(t, path, "anna")
	if tasks := again.Tasks(nil); len(tasks) != 1 || tasks[0].Prompt != "Two?" {
		t.Errorf("anna's tasks are %+v", tasks)
	}
	other, _ := session(t, path, "ben")
	if tasks := other.Tasks(nil); len(tasks) != 2 || *sampled != 0 {
		t.Errorf("ben's tasks are %+v, and %d were sampled", tasks, *sampled)
	}
}

// TestShow: the candidates that were shown last are the last ones of the file, also in the next session.
func TestShow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rankings.jsonl")
	s, _ := session(t, path, "anna")
	if _, ok := s.Last(); ok {
		t.Error("an empty file has last candidates")
	}
	one, two := four("One?"), four("Two?")
	if err := s.Add([]Candidates{one, two, one}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Two?", "One?"} {
		at := slices.IndexFunc(s.Log().Candidates, func(c Candidates) bool { return c.Prompt == want })
		if err := s.Show(s.Log().Candidates[at]); err != nil {
			t.Fatal(err)
		}
		next, _ := session(t, path, "anna")
		if last, ok := next.Last(); !ok || last.Prompt != want || len(next.Log().Candidates) != 2 {
			t.Errorf("the last candidates are those of %q, want %q", last.Prompt, want)
		}
	}
}

// TestRevealed: authors stay hidden until the rater has ranked all blind candidates.
func TestRevealed(t *testing.T) {
	s, _ := session(t, filepath.Join(t.TempDir(), "votes.jsonl"), "anna")
	plain, one, two := four("Plain?"), four("One?"), four("Two?")
	one.Answers[0].By, two.Answers[0].By = []string{"a"}, []string{"b"}
	if err := s.Add([]Candidates{plain, one, two}); err != nil {
		t.Fatal(err)
	}
	for i, task := range TasksOf([]Candidates{one, two}) {
		if len(s.Revealed()) != 0 {
			t.Errorf("authors are revealed after %d of 2 rankings", i)
		}
		c, err := s.Candidates(t.Context(), task)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Rank(c, "1 2 3 4"); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Revealed(); len(got) != 2 || got[0].Prompt != "One?" || got[1].Prompt != "Two?" {
		t.Errorf("revealed are %+v", got)
	}
}
