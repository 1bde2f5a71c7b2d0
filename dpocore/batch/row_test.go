package batch_test

import (
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// small has two pairs; the second is longer, so Pack puts it first.
var small = []batch.Example{
	{Prompt: []int32{10, 11}, Chosen: []int32{12}, Rejected: []int32{13, 14}},
	{Prompt: []int32{20, 21, 22}, Chosen: []int32{23, 24}, Rejected: []int32{25}},
}

// TestRowByHand checks the following row, with 11 of 13 tokens and 6 of 8 answer tokens in use:
//
//	index     0  1  2 | 3  4 | 5 || 6  7 | 8 | 9 10 || 11 12
//	token    20 21 22 |23 24 |25 ||10 11 |12 |13 14 ||  padding
//	position  0  1  2 | 3  4 | 3 || 0  1 | 2 | 2  3 ||
//
// The first token of an answer is predicted from the prompt's last token (indices 2 and 7), every other from the token
// before it.
func TestRowByHand(t *testing.T) {
	rows, err := batch.Pack(small, batch.Shape{Tokens: 13, Answers: 8, Pairs: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 {
		t.Fatalf("%d rows, want 1", len(rows))
	}
	row := rows[0]
	for _, vector := range []struct {
		name      string
		got, want []int32
	}{
		{"tokens", row.Tokens, []int32{20, 21, 22, 23, 24, 25, 10, 11, 12, 13, 14, 0, 0}},
		{"pair", row.Pair, []int32{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, -1, -1}},
		{"branch", row.Branch, []int32{0, 0, 0, 1, 1, 2, 0, 0, 1, 2, 2, 0, 0}},
		{"position", row.Position, []int32{0, 1, 2, 3, 4, 3, 0, 1, 2, 2, 3, 0, 0}},
		{"source", row.Source, []int32{2, 3, 2, 7, 7, 9, 0, 0}},
		{"target", row.Target, []int32{23, 24, 25, 12, 13, 14, 0, 0}},
		{"owner", row.Owner, []int32{0, 0, 1, 2, 3, 3, -1, -1}},
	} {
		if !slices.Equal(vector.got, vector.want) {
			t.Errorf("%s is %v, want %v", vector.name, vector.got, vector.want)
		}
	}
	if want := []int{1, 0}; !slices.Equal(row.Examples, want) {
		t.Errorf("the row has examples %v, want %v", row.Examples, want)
	}
	if row.Used() != 11 {
		t.Errorf("%d tokens are used, want 11", row.Used())
	}
}

func TestExampleSizes(t *testing.T) {
	// 3 + 2 + 1 tokens, of which 2 + 1 in answers
	if tokens, answers := small[1].Tokens(), small[1].Answers(); tokens != 6 || answers != 3 {
		t.Errorf("%d tokens, %d in answers; want 6 and 3", tokens, answers)
	}
}

func TestCheck(t *testing.T) {
	const vocabulary = 100
	for _, c := range []struct {
		name    string
		example batch.Example
		ok      bool
	}{
		{"first and last token", batch.Example{Prompt: []int32{0}, Chosen: []int32{99}, Rejected: []int32{99}}, true},
		{"one past in the prompt", batch.Example{Prompt: []int32{100}, Chosen: []int32{1}, Rejected: []int32{1}}, false},
		{"one past in chosen", batch.Example{Prompt: []int32{1}, Chosen: []int32{1, 100}, Rejected: []int32{1}}, false},
		{"one past in rejected", batch.Example{Prompt: []int32{1}, Chosen: []int32{1}, Rejected: []int32{100}}, false},
		{"negative", batch.Example{Prompt: []int32{1}, Chosen: []int32{-1}, Rejected: []int32{1}}, false},
		{"no prompt", batch.Example{Chosen: []int32{1}, Rejected: []int32{1}}, false},
	} {
		if err := c.example.Check(vocabulary); (err == nil) != c.ok {
			t.Errorf("%s: error %v, want one: %v", c.name, err, !c.ok)
		}
	}
}
