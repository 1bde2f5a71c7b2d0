// Package preview prepares preference pairs for display: the words in which two
// answers differ, the exact text that a model sees, and the lengths of a set's pairs in
// tokens.
//
// Start with [Of] for one pair and [Lengths] for a set.
package preview

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Pair is one pair prepared for display.
type Pair struct {
	Where            string
	Prompt           string // as text, with the roles if there are several turns
	Chosen, Rejected []Word
	Seen             []Part // what the model sees: the prompt, and each answer as it continues the prompt
}

// Part is the prompt or an answer as the model sees it.
type Part struct {
	Name   string // "prompt", "chosen" or "rejected"; of single answers "good" or "bad"
	Tokens int
	Pieces []Piece
}

// Piece is text, or the name of a control token.
type Piece struct {
	Text    string
	Control bool
}

// Of prepares a pair, with a model's template and tokenizer.
func Of(pair preference.Pair, encoder *chat.Encoder, tok *tokenizer.Tokenizer) (Pair, error) {
	tokens, _, err := encoder.Pair(pair)
	if err != nil {
		return Pair{}, fmt.Errorf("show the pair: %w", err)
	}
	p := Pair{Where: pair.Where(), Prompt: pair.PromptText()}
	p.Chosen, p.Rejected = Differences(pair.Chosen, pair.Rejected)
	names := [2]string{"chosen", "rejected"}
	if pair.Single {
		names = [2]string{"good", "bad"}
	}
	for _, part := range []struct {
		name string
		ids  []int32
	}{{"prompt", tokens.Prompt}, {names[0], tokens.Chosen}, {names[1], tokens.Rejected}} {
		p.Seen = append(p.Seen, Part{part.name, len(part.ids), pieces(part.ids, tok)})
	}
	return p, nil
}

// pieces splits the text of ids at control tokens.
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
