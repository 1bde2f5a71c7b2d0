// Package preview takes preference pairs apart for reading: the words in which
// two answers differ, the exact text that a model sees, and how long the pairs
// of a set are in tokens.
//
// Start with [Of] for one pair and [Lengths] for a set; who shows them lays
// them out.
package preview

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// A Pair is one pair for reading.
type Pair struct {
	Where            string
	Prompt           string // as text, with its speakers where there are several
	Chosen, Rejected []Word
	Seen             []Part // what the model sees: the prompt, and the answer that follows it, chosen or rejected
}

// A Part is a piece of the model's text.
type Part struct {
	Name   string // "prompt", "chosen" or "rejected"
	Tokens int
	Pieces []Piece
}

// A Piece is text, or a control token by its name.
type Piece struct {
	Text    string
	Control bool
}

// Of takes a pair apart, with the template and the tokenizer of a model.
func Of(pair preference.Pair, encoder *chat.Encoder, tok *tokenizer.Tokenizer) (Pair, error) {
	tokens, _, err := encoder.Pair(pair)
	if err != nil {
		return Pair{}, fmt.Errorf("show the pair: %w", err)
	}
	p := Pair{Where: pair.Where(), Prompt: pair.PromptText()}
	p.Chosen, p.Rejected = Differences(pair.Chosen, pair.Rejected)
	for _, part := range []struct {
		name string
		ids  []int32
	}{{"prompt", tokens.Prompt}, {"chosen", tokens.Chosen}, {"rejected", tokens.Rejected}} {
		p.Seen = append(p.Seen, Part{part.name, len(part.ids), pieces(part.ids, tok)})
	}
	return p, nil
}

// pieces cuts a text at its control tokens.
func pieces(ids []int32, tok *tokenizer.Tokenizer) (list []Piece) {
	names := map[int32]string{}
	for _, special := range tok.Specials() {
		names[special.ID] = special.Text
	}
	start := 0
	text := func(end int) {
		if end > start {
			list = append(list, Piece{Text: tok.Decode(ids[start:end], false)})
		}
	}
	for i, id := range ids {
		if name, ok := names[id]; ok {
			text(i)
			list = append(list, Piece{name, true})
			start = i + 1
		}
	}
	text(len(ids))
	return list
}
