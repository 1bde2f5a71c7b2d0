package tokenizer

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gomlx/go-huggingface/models/gguf"
)

// readPieces reads what only SentencePiece has. The conversion to GGUF writes the spaces of the tokens that are matched in text
// as such; the vocabulary has them as in the other tokens.
func (v *vocabulary) readPieces(file *gguf.File) {
	for _, score := range value(file, "scores").Float64s() {
		v.scores = append(v.scores, float32(score))
	}
	for id, token := range v.tokens {
		if id < len(v.types) && v.types[id] == typeUserDefined {
			v.tokens[id] = strings.ReplaceAll(token, " ", pieceSpace)
		}
	}
}

// merge joins two tokens to a third, with the score of that.
type merge struct {
	left, right string
	score       float32
}

// pieceMerges returns the merges of a SentencePiece vocabulary, which has scores only, in the order in which transformers
// derives them: any two tokens that make a third are merged, those of the highest score first, and among equal ones those with
// the longest first part. Tokens that are never made of text are left out.
func (v *vocabulary) pieceMerges() [][2]string {
	ids := make(map[string]int, len(v.tokens))
	for id, token := range v.tokens {
		ids[token] = id
	}
	var merges []merge
	for id, token := range v.tokens {
		if v.types[id] != typeNormal && v.types[id] != typeUserDefined {
			continue
		}
		score := v.scores[id]
		if v.types[id] == typeUserDefined {
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
