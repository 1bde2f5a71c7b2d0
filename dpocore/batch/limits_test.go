package batch_test

import (
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// TestPackIsStable: an unstable sort reorders equal pairs once there are more than twelve.
func TestPackIsStable(t *testing.T) {
	var examples []batch.Example
	var want [][]int
	for i := range 40 {
		examples = append(examples, example(1, 2+i%2, 1, 1)) // 4 and 5 tokens alternating
	}
	for i := range 40 { // the longer ones, at odd indices, come first
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
		t.Errorf("rows contain %v, want %v", got, want)
	}
}

func TestPackErrorNamesTheRowSize(t *testing.T) {
	_, err := batch.Pack([]batch.Example{example(1, 5, 2, 2)}, batch.Shape{Tokens: 8, Answers: 4, Pairs: 2})
	const want = "pair 0 has 9 tokens, 4 of them in answers; a row has room for 8 and 4"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}
