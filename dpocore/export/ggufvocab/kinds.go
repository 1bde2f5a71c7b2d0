package ggufvocab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/tokenizer/ggufform"
	"example.com/gonb-dpo/internal/gguffile"
)

// byteLevel are the keys of a byte-level BPE.
func (f file) byteLevel(v vocabulary, merges [][2]string) ([]gguffile.Entry, error) {
	i := slices.IndexFunc(ggufform.ByteLevel, func(known ggufform.Form) bool {
		return same(f.Normalizer, known.Normalizer) && same(f.PreTokenizer, known.PreTokenizer) && f.Model.IgnoresMerges == known.IgnoresMerges
	})
	if i < 0 {
		return nil, errors.New("its tokenizer splits texts in a way that this program has no name for in a GGUF file")
	}
	joined := make([]string, len(merges))
	for i, merge := range merges {
		joined[i] = merge[0] + " " + merge[1]
	}
	return append(v.entries("gpt2", ggufform.ByteLevel[i].Pre, false), gguffile.Entry{Key: keyPrefix + "merges", Value: joined}), nil
}

// pieces are the keys of a SentencePiece vocabulary, whose merges follow from scores.
func (f file) pieces(v vocabulary, unknown string, merges [][2]string) ([]gguffile.Entry, error) {
	spaceInFront := same(f.Normalizer, ggufform.Pieces(true).Normalizer)
	if !spaceInFront && !same(f.Normalizer, ggufform.Pieces(false).Normalizer) || f.PreTokenizer != nil {
		return nil, errors.New("its tokenizer changes texts in a way that this program has no name for in a GGUF file")
	}
	for id, token := range v.tokens {
		switch {
		case token == unknown:
			v.types[id] = ggufform.Unknown
		case isByte(token):
			v.types[id] = ggufform.Byte
		}
	}
	scores := scoresOf(v.tokens, merges)
	if !slices.Equal(ggufform.PieceMerges(v.tokens, v.types, scores), merges) {
		return nil, errors.New("the merges of its tokenizer don't follow from scores, which are what a GGUF file has for SentencePiece")
	}
	return append(v.entries("llama", ggufform.Pieces(spaceInFront).Pre, spaceInFront), gguffile.Entry{Key: keyPrefix + "scores", Value: scores}), nil
}

// isByte reports whether a token is one of <0x00> to <0xFF>.
func isByte(token string) bool {
	var value byte
	_, err := fmt.Sscanf(token, "<0x%02X>", &value)
	return err == nil && fmt.Sprintf("<0x%02X>", value) == token
}

// scoresOf gives each token a score by the first merge that makes it.
func scoresOf(tokens []string, merges [][2]string) []float32 {
	first := map[string]float32{}
	for rank, merge := range merges {
		if token := merge[0] + merge[1]; first[token] == 0 {
			first[token] = -float32(rank + 1)
		}
	}
	scores := make([]float32, len(tokens))
	for id, token := range tokens {
		scores[id] = first[token]
	}
	return scores
}

// same compares two parts of a tokenizer.json, but for what only concerns the places of tokens in a text, and for how a split is written:
// keeping the matches of a pattern is removing what is not one, and the patterns of ggufform match all of a text.
func same(a, b any) bool { return bytes.Equal(withoutOffsets(a), withoutOffsets(b)) }

func withoutOffsets(part any) []byte {
	raw, _ := json.Marshal(part)
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return nil
	}
	dropOffsets(value)
	raw, _ = json.Marshal(value)
	return raw
}

func dropOffsets(value any) {
	switch v := value.(type) {
	case map[string]any:
		delete(v, "trim_offsets")
		if v["behavior"] == "Removed" && v["invert"] == true {
			v["behavior"], v["invert"] = "Isolated", false
		}
		for _, part := range v {
			dropOffsets(part)
		}
	case []any:
		for _, part := range v {
			dropOffsets(part)
		}
	}
}
