package batch_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// example returns a pair with the given lengths; all its tokens are id.
func example(id int32, prompt, chosen, rejected int) batch.Example {
	fill := func(n int) []int32 { return slices.Repeat([]int32{id}, n) }
	return batch.Example{Prompt: fill(prompt), Chosen: fill(chosen), Rejected: fill(rejected)}
}

func TestPackFillsRows(t *testing.T) {
	tokens := func(lengths ...int) []batch.Example {
		var list []batch.Example
		for _, n := range lengths {
			list = append(list, example(1, n-2, 1, 1))
		}
		return list
	}
	ten := batch.Shape{Tokens: 10, Answers: 99, Pairs: 99}
	for _, c := range []struct {
		name     string
		examples []batch.Example
		shapes   []batch.Shape
		want     [][]int
	}{
		// 6 + 4 and 7 + 3 fill both rows of 10
		{"two full rows", tokens(3, 7, 4, 6), []batch.Shape{ten}, [][]int{{1, 0}, {3, 2}}},
		// greedily 4 would join 5, but 3 + 2 fill the row
		{"two fill better than a longer one", tokens(5, 4, 3, 2), []batch.Shape{ten}, [][]int{{0, 2, 3}, {1}}},
		{"equal lengths keep their order", tokens(5, 5, 5), []batch.Shape{ten}, [][]int{{0, 1}, {2}}},
		{"two pairs per row", tokens(3, 3, 3), []batch.Shape{{Tokens: 99, Answers: 99, Pairs: 2}}, [][]int{{0, 1}, {2}}},
		// each pair has 2 answer tokens and a row has room for 5: two pairs
		{"five answer tokens per row", tokens(3, 3, 3), []batch.Shape{{Tokens: 99, Answers: 5, Pairs: 99}}, [][]int{{0, 1}, {2}}},
		// a row of 10 and one of 4 replace two rows of 10
		{"a small row for the rest", tokens(4, 6, 4), []batch.Shape{ten, {Tokens: 4, Answers: 99, Pairs: 99}}, [][]int{{1, 0}, {2}}},
		// two rows of 10 cost more than a row of 10 and one of 5
		{"small rows alone can't hold the long one", tokens(5, 9), []batch.Shape{ten, {Tokens: 5, Answers: 99, Pairs: 99}}, [][]int{{1}, {0}}},
		{"none", nil, []batch.Shape{ten}, nil},
	} {
		rows, err := batch.Pack(c.examples, c.shapes...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got [][]int
		for _, row := range rows {
			got = append(got, row.Examples)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: rows contain %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPackTooLong(t *testing.T) {
	fits := example(1, 4, 1, 1)
	for _, c := range []struct {
		name    string
		example batch.Example
		want    string // in the error
	}{
		{"exact fit", example(1, 4, 2, 2), ""},
		{"a token too long", example(1, 5, 2, 2), "pair 1 has 9 tokens"},
		{"an answer token too many", example(1, 1, 3, 2), "5 of them in answers"},
	} {
		rows, err := batch.Pack([]batch.Example{fits, c.example}, batch.Shape{Tokens: 8, Answers: 4, Pairs: 2})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %d rows and error %v, want one with %q", c.name, len(rows), err, c.want)
		}
	}
}

// TestPackPreservesSequences packs random pairs into random shapes and reconstructs both sequences of each pair, as padded
// training would see them, from the vectors alone.
func TestPackPreservesSequences(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range 300 {
		examples := make([]batch.Example, random.IntN(12))
		shape := batch.Shape{Tokens: 24 + random.IntN(60), Answers: 16 + random.IntN(20), Pairs: 1 + random.IntN(5)}
		shapes := []batch.Shape{shape}
		if trial%2 == 1 {
			shapes = append(shapes, batch.Shape{Tokens: 1 + random.IntN(shape.Tokens), Answers: 1 + random.IntN(20), Pairs: 1 + random.IntN(5)})
		}
		for i := range examples {
			examples[i] = randomExample(random, 8)
		}
		rows, err := batch.Pack(examples, shapes...)
		if err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		again, err := batch.Pack(examples, shapes...)
		if err != nil || !reflect.DeepEqual(rows, again) {
			t.Fatalf("trial %d: packing again gives other rows (%v)", trial, err)
		}
		seen := make([]int, len(examples))
		for _, row := range rows {
			if !slices.Contains(shapes, row.Shape) {
				t.Fatalf("trial %d: a row of shape %+v, which is not among %+v", trial, row.Shape, shapes)
			}
			if err := checkShape(row, row.Shape); err != nil {
				t.Fatalf("trial %d: %v", trial, err)
			}
			for place, index := range row.Examples {
				seen[index]++
				if err := checkPlace(row, int32(place), examples[index]); err != nil {
					t.Fatalf("trial %d, pair %d: %v", trial, index, err)
				}
			}
		}
		for index, times := range seen {
			if times != 1 {
				t.Fatalf("trial %d: pair %d is in %d rows", trial, index, times)
			}
		}
	}
}

// randomExample returns a pair with 1 to longest tokens in the prompt and 0 to longest in each answer.
func randomExample(random *rand.Rand, longest int) batch.Example {
	tokens := func(n int) []int32 {
		list := make([]int32, n)
		for i := range list {
			list[i] = random.Int32N(1000)
		}
		return list
	}
	return batch.Example{Prompt: tokens(1 + random.IntN(longest)),
		Chosen: tokens(random.IntN(longest + 1)), Rejected: tokens(random.IntN(longest + 1))}
}

func checkShape(row *batch.Row, shape batch.Shape) error {
	if row.Shape != shape || len(row.Examples) > shape.Pairs || len(row.Examples) == 0 {
		return fmt.Errorf("a row of %+v has %d pairs, want 1 to %d", row.Shape, len(row.Examples), shape.Pairs)
	}
	for _, vector := range [][]int32{row.Tokens, row.Pair, row.Branch, row.Position} {
		if len(vector) != shape.Tokens {
			return fmt.Errorf("a vector over tokens has length %d, want %d", len(vector), shape.Tokens)
		}
	}
	for _, vector := range [][]int32{row.Source, row.Target, row.Owner} {
		if len(vector) != shape.Answers {
			return fmt.Errorf("a vector over answers has length %d, want %d", len(vector), shape.Answers)
		}
	}
	used := 0
	for _, pair := range row.Pair {
		if pair != -1 {
			used++
		}
	}
	if used != row.Used() {
		return fmt.Errorf("%d tokens belong to a pair, but Used is %d", used, row.Used())
	}
	for i, source := range row.Source {
		if source < 0 || int(source) >= shape.Tokens {
			return fmt.Errorf("source %d is %d, outside the row of %d", i, source, shape.Tokens)
		}
	}
	return nil
}

// checkPlace reconstructs a pair's two sequences from the pair, branch and position vectors and compares them and the
// predictions with prompt + answer.
func checkPlace(row *batch.Row, place int32, e batch.Example) error {
	for branch, answer := range map[int32][]int32{1: e.Chosen, 2: e.Rejected} {
		want := slices.Concat(e.Prompt, answer)
		got := slices.Repeat([]int32{-1}, len(want))
		for at, token := range row.Tokens {
			if row.Pair[at] != place || (row.Branch[at] != 0 && row.Branch[at] != branch) {
				continue
			}
			position := int(row.Position[at])
			if position >= len(got) || got[position] != -1 {
				return fmt.Errorf("branch %d: position %d is past the end or repeated", branch, position)
			}
			got[position] = token
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("branch %d reads %v, want %v", branch, got, want)
		}
		if err := checkPredictions(row, place, branch, len(e.Prompt), answer); err != nil {
			return err
		}
	}
	return nil
}

// checkPredictions checks that each answer token is predicted once, in order, from the token at the previous position of
// its sequence.
func checkPredictions(row *batch.Row, place, branch int32, promptLength int, answer []int32) error {
	var targets []int32
	for i, owner := range row.Owner {
		if owner != 2*place+branch-1 {
			continue
		}
		source := row.Source[i]
		before := promptLength + len(targets) - 1
		if row.Pair[source] != place || int(row.Position[source]) != before {
			return fmt.Errorf("branch %d: token %d is predicted from pair %d, position %d; want pair %d, position %d",
				branch, len(targets), row.Pair[source], row.Position[source], place, before)
		}
		if from := row.Branch[source]; (len(targets) == 0) != (from == 0) || (from != 0 && from != branch) {
			return fmt.Errorf("branch %d: token %d is predicted from branch %d", branch, len(targets), from)
		}
		targets = append(targets, row.Target[i])
	}
	if !slices.Equal(targets, answer) {
		return fmt.Errorf("branch %d: the predicted tokens are %v, want %v", branch, targets, answer)
	}
	return nil
}
