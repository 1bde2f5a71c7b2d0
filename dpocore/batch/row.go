// Package batch packs tokenized preference pairs into rows, the inputs of the compiled graphs.
//
// A row of fixed length contains several pairs, each as prompt | chosen | rejected. The prompt is computed once, each answer
// attends to the prompt and itself, and the positions of both answers start at the end of the prompt. The result equals
// that of two padded sequences per pair. [Plan] chooses the shapes for a whole run, [Pack] fills rows of these shapes.
package batch

import (
	"fmt"
)

// Example is a tokenized pair. Chosen and Rejected do not include the prompt.
type Example struct {
	Prompt, Chosen, Rejected []int32
}

// Tokens is the number of tokens that the pair occupies in a row.
func (e Example) Tokens() int { return len(e.Prompt) + len(e.Chosen) + len(e.Rejected) }

// Answers is the number of answer tokens, whose log-probabilities enter the loss.
func (e Example) Answers() int { return len(e.Chosen) + len(e.Rejected) }

// Shape is the size of a row: the lengths of its vectors. Every shape is compiled separately.
type Shape struct {
	Tokens  int // all tokens
	Answers int // answer tokens
	Pairs   int // maximum number of pairs
}

// Branches of a pair in a row.
const (
	prompt int32 = iota
	chosen
	rejected
)

// none marks padding.
const none = -1

// Row is a row in host memory. The first four vectors have length Shape.Tokens, the next three Shape.Answers.
type Row struct {
	Shape Shape

	Tokens   []int32 // token ids
	Pair     []int32 // index of the pair in the row, -1 for padding
	Branch   []int32 // 0 prompt, 1 chosen, 2 rejected
	Position []int32 // in the sequence of prompt and answer

	Source []int32 // index in Tokens of the hidden state that predicts an answer token
	Target []int32 // the answer token
	Owner  []int32 // 2·pair for chosen, 2·pair+1 for rejected, -1 for padding

	Examples []int // for each pair of the row its index in the examples given to Pack

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

// add appends an example, which must fit.
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

// Used is the number of tokens that are not padding.
func (r *Row) Used() int { return r.used }

// Check returns an error if the prompt is empty or a token is not in a vocabulary of the given size. A graph does not
// detect an index out of range.
func (e Example) Check(vocabulary int) error {
	if len(e.Prompt) == 0 {
		return fmt.Errorf("the prompt has no tokens; the first token of an answer is predicted from the prompt")
	}
	for _, tokens := range [][]int32{e.Prompt, e.Chosen, e.Rejected} {
		for _, token := range tokens {
			if token < 0 || int(token) >= vocabulary {
				return fmt.Errorf("token %d is outside the model's vocabulary of %d; use the model's tokenizer", token, vocabulary)
			}
		}
	}
	return nil
}
