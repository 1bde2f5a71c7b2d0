package batch_test

import (
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// TestPackKeepsTheOrderOfManyEqualPairs: with more than twelve pairs an unstable sort begins to mix equal ones.
func TestPackKeepsTheOrderOfManyEqualPairs(t *testing.T) {
	var examples []batch.Example
	var want [][]int
	for i := range 40 {
		examples = append(examples, example(1, 2+i%2, 1, 1)) // 4 and 5 tokens in turns
	}
	for i := range 40 { // the longer ones, at the odd places, come first
		want = append(want, []int{(2*i + 1) % 41})
	}
	rows, err := batch.Pack(examples, batch.Shape{Tokens: 5, Answers: 2, Pairs: 1})
	if err != nil {
		t.Fatal(err)
	}
	var got [][]int
	for _, row := range rows {
		got = append(got, row.Examples)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rows hold %v, want %v", got, want)
	}
}

func TestPackSaysHowMuchARowHolds(t *testing.T) {
	_, err := batch.Pack([]batch.Example{example(1, 5, 2, 2)}, batch.Shape{Tokens: 8, Answers: 4, Pairs: 2})
	const want = "pair 0 has 9 tokens, 4 of them in answers; a row holds 8 and 4"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}
