// Package batch turns tokenized preference pairs into rows, the unit of work of a graph.
//
// A row of fixed length holds several pairs. In it a pair stands as prompt | chosen | rejected: the prompt is computed
// once, each answer sees the prompt and itself, and both answers' positions start where the prompt ends. The result
// equals that of two padded sequences a pair. [Plan] chooses one shape for a whole run, [Pack] fills rows of that shape.
package batch

import (
	"fmt"
)

// Example is a tokenized pair. Chosen and Rejected are the tokens after the prompt's.
type Example struct {
	Prompt, Chosen, Rejected []int32
}

// Tokens is the room the pair takes in a row.
func (e Example) Tokens() int { return len(e.Prompt) + len(e.Chosen) + len(e.Rejected) }

// Answers is the number of tokens whose probabilities count.
func (e Example) Answers() int { return len(e.Chosen) + len(e.Rejected) }

// Shape is the size of a row: the lengths of its vectors. Every shape costs a compilation.
type Shape struct {
	Tokens  int // all tokens
	Answers int // tokens of answers
	Pairs   int
}

// Branches of a pair in a row.
const (
	prompt int32 = iota
	chosen
	rejected
)

// none marks places of a row that no pair takes.
const none = -1

// Row is a row's tokens on the host. The first four vectors are [Shape.Tokens], the next three [Shape.Answers].
type Row struct {
	Shape Shape

	Tokens   []int32 // token ids
	Pair     []int32 // the pair's place in the row, -1 for padding
	Branch   []int32 // 0 prompt, 1 chosen, 2 rejected
	Position []int32 // in the pair's own sequence

	Source []int32 // where in Tokens the hidden state stands that predicts an answer's token
	Target []int32 // the answer's token
	Owner  []int32 // 2·pair for chosen, 2·pair+1 for rejected, -1 for padding

	Examples []int // what stands at each place: indices into the examples given to Pack

	used, answers int
}

func newRow(shape Shape) *Row {
	row := &Row{
		Shape:  shape,
		Tokens: make([]int32, shape.Tokens), Pair: make([]int32, shape.Tokens),
		Branch: make([]int32, shape.Tokens), Position: make([]int32, shape.Tokens),
		Source: make([]int32, shape.Answers), Target: make([]int32, shape.Answers), Owner: make([]int32, shape.Answers),
	}
	for i := range row.Pair {
		row.Pair[i] = none
	}
	for i := range row.Owner {
		row.Owner[i] = none
	}
	return row
}

// add places an example; there is room for it.
func (r *Row) add(index int, e Example) {
	place := int32(len(r.Examples))
	r.Examples = append(r.Examples, index)
	r.write(place, prompt, 0, e.Prompt)
	last := int32(r.used - 1)
	for branch, answer := range [][]int32{chosen: e.Chosen, rejected: e.Rejected} {
		if int32(branch) == prompt {
			continue
		}
		source := last // the prompt's last token predicts an answer's first
		for i, token := range answer {
			r.Source[r.answers], r.Target[r.answers], r.Owner[r.answers] = source, token, 2*place+int32(branch)-chosen
			r.answers++
			source = int32(r.used + i)
		}
		r.write(place, int32(branch), len(e.Prompt), answer)
	}
}

func (r *Row) write(place, branch int32, position int, tokens []int32) {
	for i, token := range tokens {
		at := r.used + i
		r.Tokens[at], r.Pair[at], r.Branch[at], r.Position[at] = token, place, branch, int32(position+i)
	}
	r.used += len(tokens)
}

// Used is the number of tokens in the row that are not padding.
func (r *Row) Used() int { return r.used }

// Check says whether an example can be computed by a model with that many tokens in its vocabulary: a graph would take
// a wrong index for another one without a word.
func (e Example) Check(vocabulary int) error {
	if len(e.Prompt) == 0 {
		return fmt.Errorf("the prompt has no tokens; the first token of an answer needs one before it")
	}
	for _, tokens := range [][]int32{e.Prompt, e.Chosen, e.Rejected} {
		for _, token := range tokens {
			if token < 0 || int(token) >= vocabulary {
				return fmt.Errorf("token %d is not in the model's vocabulary of %d; the tokenizer is another model's", token, vocabulary)
			}
		}
	}
	return nil
}
