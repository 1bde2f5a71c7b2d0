package tokenizer

import (
	"strings"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/tokenizer/ggufform"
)

// readPieces reads what only SentencePiece has. The conversion to GGUF writes the spaces of the tokens that are matched in text
// as such; the vocabulary has them as in the other tokens.
func (v *vocabulary) readPieces(file *gguf.File) {
	for _, score := range ggufform.Value(file, "scores").Float64s() {
		v.scores = append(v.scores, float32(score))
	}
	for id, token := range v.tokens {
		if id < len(v.types) && v.types[id] == ggufform.UserDefined {
			v.tokens[id] = strings.ReplaceAll(token, " ", ggufform.Space)
		}
	}
}
