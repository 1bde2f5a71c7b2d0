package ggufform

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Token types of a GGUF vocabulary (tokenizer.ggml.token_type).
const (
	Normal      = 1
	Unknown     = 2
	Control     = 3
	UserDefined = 4
	Unused      = 5
	Byte        = 6
)

// merge joins two tokens to a third, with the score of that.
type merge struct {
	left, right string
	score       float32
}

// PieceMerges returns the merges of a SentencePiece vocabulary, which has scores only, in the order in which transformers
// derives them: any two tokens that make a third are merged, those of the highest score first, and among equal ones those with
// the longest first part. Tokens that are never made of text are left out.
func PieceMerges(tokens []string, types []int64, scores []float32) [][2]string {
	ids := make(map[string]int, len(tokens))
	for id, token := range tokens {
		ids[token] = id
	}
	var merges []merge
	for id, token := range tokens {
		if types[id] != Normal && types[id] != UserDefined {
			continue
		}
		score := scores[id]
		if types[id] == UserDefined {
			score = 0 // as in SentencePiece, where others have scores below; the conversion to GGUF gives them -1000
		}
		var ways []merge
		for at := range token {
			if _, left := ids[token[:at]]; left {
				if _, right := ids[token[at:]]; right {
					ways = append(ways, merge{token[:at], token[at:], score})
				}
			}
		}
		slices.SortStableFunc(ways, func(a, b merge) int {
			return cmp.Or(cmp.Compare(ids[a.left], ids[b.left]), cmp.Compare(ids[a.right], ids[b.right]))
		})
		merges = append(merges, ways...)
	}
	slices.SortStableFunc(merges, func(a, b merge) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(utf8.RuneCountInString(b.left), utf8.RuneCountInString(a.left)),
			cmp.Compare(utf8.RuneCountInString(b.right), utf8.RuneCountInString(a.right)))
	})
	pairs := make([][2]string, len(merges))
	for i, m := range merges {
		pairs[i] = [2]string{m.left, m.right}
	}
	return pairs
}
