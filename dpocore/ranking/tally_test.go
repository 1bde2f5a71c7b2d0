package ranking

import (
	"path/filepath"
	"slices"
	"testing"
)

// Three prompts under models a, b and c. To the first one a and b say the same.
func TestTally(t *testing.T) {
	path := filepath.Join(t.TempDir(), "votes.jsonl")
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	apart := []Answer{{Text: "x", By: []string{"c"}}, {Text: "y", By: []string{"a"}}, {Text: "z", By: []string{"b"}}}
	for _, ballot := range []struct {
		prompt  string
		answers []Answer
		order   string
	}{
		{"One?", []Answer{{Text: "x", By: []string{"c"}}, {Text: "y", By: []string{"a", "b"}}}, "2 > 1"}, // a and b before c
		{"Two?", apart, "2 > 1 = 3"},                            // a before c and b
		{"Three?", apart, "all bad"},                            // all equal
		{"Whose?", []Answer{{Text: "x"}, {Text: "y"}}, "1 > 2"}, // nobody's
	} {
		d := Candidates{Prompt: ballot.prompt, Answers: ballot.answers}
		if err := file.AddCandidates(&d); err != nil {
			t.Fatal(err)
		}
		ranks, bad, err := ParseOrder(ballot.order, len(d.Answers))
		if err != nil {
			t.Fatal(err)
		}
		if err := file.AddVerdict(d, Verdict{Rater: "r", Ranks: ranks, AllBad: bad}); err != nil {
			t.Fatal(err)
		}
	}
	log, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []Standing{
		{By: "a", Judged: 3, First: 2, Better: 3, Equal: 3},           // c; c and b; equal to b, then to both
		{By: "b", Judged: 3, First: 1, Better: 1, Worse: 1, Equal: 4}, // c; behind a; equal to a, to c, then to both
		{By: "c", Judged: 3, Worse: 3, Equal: 3},                      // behind both, behind a; equal to b, then to both
	}
	if got := log.Tally(); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
