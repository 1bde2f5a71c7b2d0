package train

import (
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/encode"
)

// A pair that is longer than the planned rows gets a separate row; the others are packed as usual.
func TestPackLongPair(t *testing.T) {
	example := func(tokens int) batch.Example {
		return batch.Example{Prompt: make([]int32, tokens), Chosen: make([]int32, 10), Rejected: make([]int32, 10)}
	}
	encoder := encode.New(nil, 0, encode.Limit{MaxLength: config.Default().MaxLength})
	p := &plan{pairs: &encode.Feed{Encoder: encoder}, shapes: []batch.Shape{{Tokens: 128, Answers: 64, Pairs: 3}}}
	rows, err := p.pack([]batch.Example{example(20), example(300), example(20)})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if !slices.Equal(rows[0].Examples, []int{0, 2}) || !slices.Equal(rows[1].Examples, []int{1}) || rows[1].Shape != (batch.Shape{Tokens: 1024, Answers: 1024, Pairs: 1}) {
		t.Errorf("rows hold %v and %v, the second is %+v", rows[0].Examples, rows[1].Examples, rows[1].Shape)
	}
}
