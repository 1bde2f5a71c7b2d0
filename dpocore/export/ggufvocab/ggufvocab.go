// Package ggufvocab writes a tokenizer as the metadata of a GGUF file. Start with [Metadata].
package ggufvocab

import (
	"encoding/json"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/tokenizer/ggufform"
	"example.com/gonb-dpo/internal/gguffile"
)

const keyPrefix = "tokenizer.ggml."

// file is what of a tokenizer.json goes to a GGUF file.
type file struct {
	Normalizer   any `json:"normalizer"`
	PreTokenizer any `json:"pre_tokenizer"`
	AddedTokens  []struct {
		ID      int    `json:"id"`
		Content string `json:"content"`
		Special bool   `json:"special"`
	} `json:"added_tokens"`
	Model struct {
		Type          string          `json:"type"`
		Vocabulary    json.RawMessage `json:"vocab"`
		Merges        json.RawMessage `json:"merges"`
		IgnoresMerges bool            `json:"ignore_merges"`
		ByteFallback  bool            `json:"byte_fallback"`
	} `json:"model"`
}

// Metadata lists the tokenizer's keys of a GGUF file, as llama.cpp's converter writes them, for a model whose embedding has this
// many rows. endOfTurn is the token that ends a turn, if any. It is an error if GGUF has no name for what the tokenizer does.
func Metadata(t *tokenizer.Tokenizer, rows int, endOfTurn *int32) ([]gguffile.Entry, error) {
	var f file
	if err := json.Unmarshal(t.JSON(), &f); err != nil {
		return nil, fmt.Errorf("read tokenizer.json: %w", err)
	}
	if f.Model.Type != "BPE" {
		return nil, fmt.Errorf("its tokenizer is of the type %s; this program writes BPE to GGUF files", f.Model.Type)
	}
	v, err := f.vocabulary(rows)
	if err != nil {
		return nil, err
	}
	merges, err := f.merges()
	if err != nil {
		return nil, err
	}
	var entries []gguffile.Entry
	if f.Model.ByteFallback {
		entries, err = f.pieces(v, t.Names().Unknown, merges)
	} else {
		entries, err = f.byteLevel(v, merges)
	}
	return append(entries, roles(t, endOfTurn)...), err
}

// vocabulary is the tokens of a model in the order of their ids.
type vocabulary struct {
	tokens []string
	types  []int64
}

// vocabulary lists the tokens. Rows of the embedding that no token has are unused tokens.
func (f file) vocabulary(rows int) (v vocabulary, err error) {
	var ids map[string]int
	if err := json.Unmarshal(f.Model.Vocabulary, &ids); err != nil {
		return v, fmt.Errorf("read tokenizer.json, field \"model.vocab\": %w", err)
	}
	v = vocabulary{make([]string, rows), make([]int64, rows)}
	put := func(id int, token string, kind int64) error {
		if id < 0 || id >= rows {
			return fmt.Errorf("its tokenizer has a token %d, and its embedding %d rows", id, rows)
		}
		v.tokens[id], v.types[id] = token, kind
		return nil
	}
	for token, id := range ids {
		if err := put(id, token, ggufform.Normal); err != nil {
			return v, err
		}
	}
	for _, token := range f.AddedTokens {
		kind := int64(ggufform.UserDefined)
		if token.Special {
			kind = ggufform.Control
		}
		if err := put(token.ID, token.Content, kind); err != nil {
			return v, err
		}
	}
	for id := range v.tokens {
		if v.types[id] == 0 {
			v.tokens[id], v.types[id] = fmt.Sprintf("[PAD%d]", id), ggufform.Unused
		}
	}
	return v, nil
}

// merges reads the merges, which files have as texts with a space or as pairs.
func (f file) merges() (pairs [][2]string, err error) {
	var joined []string
	if json.Unmarshal(f.Model.Merges, &joined) == nil {
		for _, merge := range joined {
			left, right, _ := strings.Cut(merge, " ")
			pairs = append(pairs, [2]string{left, right})
		}
		return pairs, nil
	}
	if err := json.Unmarshal(f.Model.Merges, &pairs); err != nil {
		return nil, fmt.Errorf("read tokenizer.json, field \"model.merges\": %w", err)
	}
	return pairs, nil
}

// entries are the keys that all vocabularies have.
func (v vocabulary) entries(model, pre string, spaceInFront bool) []gguffile.Entry {
	types := make([]int32, len(v.types))
	for i, kind := range v.types {
		types[i] = int32(kind)
	}
	return []gguffile.Entry{
		{Key: keyPrefix + "model", Value: model}, {Key: keyPrefix + "pre", Value: pre},
		{Key: keyPrefix + "tokens", Value: v.tokens}, {Key: keyPrefix + "token_type", Value: types},
		{Key: keyPrefix + "add_space_prefix", Value: spaceInFront},
	}
}

// roles are the ids of the special tokens, whether a text begins with one, and the chat template.
func roles(t *tokenizer.Tokenizer, endOfTurn *int32) (entries []gguffile.Entry) {
	add := func(key string, value any) { entries = append(entries, gguffile.Entry{Key: key, Value: value}) }
	names := t.Names()
	for _, role := range []struct{ key, token string }{
		{"bos_token_id", names.BOS}, {"unknown_token_id", names.Unknown}, {"padding_token_id", names.Pad},
		{"seperator_token_id", names.Separator}, {"cls_token_id", names.Class}, {"mask_token_id", names.Mask},
	} {
		if id, ok := t.ID(role.token); ok && role.token != "" {
			add(keyPrefix+role.key, uint32(id))
		}
	}
	add(keyPrefix+"eos_token_id", uint32(t.EOS()))
	if endOfTurn != nil {
		add(keyPrefix+"eot_token_id", uint32(*endOfTurn))
	}
	add(keyPrefix+"add_bos_token", t.Begin() != "")
	if template := t.ChatTemplate(); template != "" {
		add("tokenizer.chat_template", template)
	}
	return entries
}
