package pairfile

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestColumns: each cell holds the number of its column, so that the pair
// tells which columns it was made of.
func TestColumns(t *testing.T) {
	for _, test := range []struct {
		header   []string
		prompt   int
		chosen   int
		rejected int
		told     bool
		sentence string
	}{
		{[]string{"prompt", "chosen", "rejected"}, 0, 1, 2, false,
			"columns: prompt is the prompt, chosen is chosen, rejected is rejected"},
		{[]string{"rejected", "chosen", "prompt", "score_chosen", "margin"}, 2, 1, 0, true,
			"columns: prompt is the prompt, chosen is chosen, rejected is rejected; not used: score_chosen, margin"},
		{[]string{"question", "chosen", "rejected"}, 0, 1, 2, true,
			"columns: question is the prompt, chosen is chosen, rejected is rejected"},
		{[]string{"question", "preferred", "loser"}, 0, 1, 2, true,
			"columns: question is the prompt, preferred is chosen, loser is rejected"},
		{[]string{"id", "Prompt", "CHOSEN", "Rejected"}, 1, 2, 3, true,
			"columns: Prompt is the prompt, CHOSEN is chosen, Rejected is rejected; not used: id"},
		{[]string{"instruction", "response rejected", "Response-Chosen"}, 0, 2, 1, true,
			"columns: instruction is the prompt, Response-Chosen is chosen, response rejected is rejected"},
		// If a column has the exact name, no other is a candidate.
		{[]string{"question", "prompt", "winner", "loser", "weight", "objective"}, 1, 2, 3, true,
			"columns: prompt is the prompt, winner is chosen, loser is rejected; not used: question"},
		{[]string{"preferred", "chosen", "negative", "rejected", "prompt", "input", "query"}, 4, 1, 3, true,
			"columns: prompt is the prompt, chosen is chosen, rejected is rejected; not used: preferred, negative, input, query"},
		{[]string{"post", "better", "worse", "a, b", "", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11"}, 0, 1, 2, true,
			`columns: post is the prompt, better is chosen, worse is rejected; not used: "a, b", "", c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 and 1 more`},
	} {
		var text strings.Builder
		cells := make([]string, len(test.header))
		for i := range cells {
			cells[i] = fmt.Sprint(i)
		}
		w := csv.NewWriter(&text)
		w.WriteAll([][]string{test.header, cells})
		set, err := Read(strings.NewReader(text.String()), "pairs")
		if err != nil {
			t.Errorf("%v: %v", test.header, err)
			continue
		}
		if got := set.Columns.String(); got != test.sentence || (set.Columns.Note() != "") != test.told {
			t.Errorf("%v:\ngot  %s, note %q\nwant %s", test.header, got, set.Columns.Note(), test.sentence)
		}
		pair := set.Pairs[0]
		got := []string{pair.Prompt[0].Content, pair.Chosen, pair.Rejected}
		if want := []string{cells[test.prompt], cells[test.chosen], cells[test.rejected]}; !slices.Equal(got, want) {
			t.Errorf("%v: the pair is made of the columns %v, want %v", test.header, got, want)
		}
	}
}

// Answers that are whole conversations have their prompt: no column is taken
// for it that is not named so, and two that might be are no matter.
func TestPromptInAnswers(t *testing.T) {
	for _, content := range []string{
		`{"input":"x","question":"y","chosen":"\n\nHuman: Why?\n\nAssistant: So.","rejected":"\n\nHuman: Why?\n\nAssistant: No."}`,
		`{"promt":"x","chosen":[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}],"rejected":[{"role":"user","content":"Why?"},{"role":"assistant","content":"No."}]}`,
	} {
		set, err := Read(strings.NewReader(content), "pairs")
		if err != nil {
			t.Fatal(err)
		}
		if got := set.Pairs[0]; got.Prompt[0] != user("Why?")[0] || got.Chosen != "So." || set.Columns.Prompt != "" {
			t.Errorf("got %+v, %s", got, set.Columns)
		}
		if got := set.Columns.String(); !strings.Contains(got, "both begin with the prompt") {
			t.Errorf("the sentence %q does not tell where the prompt is", got)
		}
	}
}

// Both sides of a split know the columns.
func TestColumnsOfSplit(t *testing.T) {
	set, err := Read(strings.NewReader("query,chosen,rejected\na,b,c\nd,e,f\n"), "pairs")
	if err != nil {
		t.Fatal(err)
	}
	train, held := set.Split(0.5, 1)
	if train.Columns.Prompt != "query" || held.Columns.Prompt != "query" {
		t.Errorf("the sides have %s and %s", train.Columns, held.Columns)
	}
}
