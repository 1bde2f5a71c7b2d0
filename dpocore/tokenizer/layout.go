package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// layout is the part of a tokenizer.json that this package interprets.
type layout struct {
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
	Model         struct {
		Vocabulary json.RawMessage `json:"vocab"`
	} `json:"model"`

	vocabulary map[string]int32
	size       int // the highest id plus one
}

// addedToken is matched in text before the model is applied.
type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LeftStrip  bool   `json:"lstrip"`
	RightStrip bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// parseLayout reads a tokenizer.json.
func parseLayout(data []byte) (layout, error) {
	var l layout
	if !utf8.Valid(data) {
		return l, fmt.Errorf("read tokenizer.json: it is damaged, because it is not valid UTF-8; download the model again")
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return l, fmt.Errorf("read tokenizer.json: %w", err)
	}
	if err := l.checkNative(); err != nil {
		return l, err
	}
	l.vocabulary = map[string]int32{}
	if bytes.HasPrefix(l.Model.Vocabulary, []byte("{")) {
		if err := json.Unmarshal(l.Model.Vocabulary, &l.vocabulary); err != nil {
			return l, fmt.Errorf("read tokenizer.json, field \"model.vocab\": %w", err)
		}
	} else { // a Unigram model: a list of tokens with their scores
		var list [][]any
		if err := json.Unmarshal(l.Model.Vocabulary, &list); err != nil {
			return l, fmt.Errorf("read tokenizer.json, field \"model.vocab\": %w", err)
		}
		for id, entry := range list {
			if token, ok := append(entry, nil)[0].(string); ok {
				l.vocabulary[token] = int32(id)
			}
		}
	}
	l.Model.Vocabulary = nil
	for _, id := range l.vocabulary {
		l.size = max(l.size, int(id)+1)
	}
	for _, token := range l.AddedTokens {
		l.size = max(l.size, int(token.ID)+1)
	}
	return l, nil
}

// prefixesSpace reports whether the tokenizer prepends a space to text.
func (l *layout) prefixesSpace() bool {
	return contains(l.PreTokenizer, `"Metaspace"`) ||
		contains(l.PreTokenizer, `"add_prefix_space":true`) ||
		contains(l.Normalizer, `"Prepend"`)
}

// contains reports whether JSON, with whitespace removed, contains part.
func contains(raw json.RawMessage, part string) bool {
	var compact bytes.Buffer
	return json.Compact(&compact, raw) == nil && strings.Contains(compact.String(), part)
}

// nulTokens returns the tokens that consist of NUL bytes only, with their text.
// Byte-level vocabularies write the byte 0 as the letter Ā.
func (l *layout) nulTokens() map[int32]string {
	tokens := map[int32]string{}
	if !contains(l.Decoder, `"ByteLevel"`) {
		return tokens
	}
	for token, id := range l.vocabulary {
		if strings.Trim(token, "Ā") == "" {
			tokens[id] = strings.Repeat("\x00", len([]rune(token)))
		}
	}
	return tokens
}

// byteTokens are the tokens <0x00> to <0xFF> of a decoder that turns them into bytes.
func (l layout) byteTokens() map[int32]bool {
	tokens := map[int32]bool{}
	if !bytes.Contains(l.Decoder, []byte(`"ByteFallback"`)) {
		return tokens
	}
	for value := range 256 {
		if id, ok := l.vocabulary[fmt.Sprintf("<0x%02X>", value)]; ok {
			tokens[id] = true
		}
	}
	return tokens
}
