// Package tokenizer turns text into token ids and back, with the same result
// as Hugging Face's tokenizers library, which it calls through
// github.com/daulet/tokenizers.
//
// Start with [Open], then [Tokenizer.Encode] and [Tokenizer.Decode].
//
// Encode never returns a control token such as <|im_end|>, even if the text spells
// one. Control tokens come only from a chat template; package chat inserts them by
// id, see [Tokenizer.Specials].
package tokenizer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/daulet/tokenizers"
)

// Tokenizer encodes and decodes for one model. It is safe for concurrent
// use until it is closed.
type Tokenizer struct {
	plain   *tokenizers.Tokenizer // encodes the text of special tokens as plain text
	control *tokenizers.Tokenizer // encodes the text of special tokens as control tokens
	source  source
	layout  layout
	eosIDs  []int32
	nul     map[int32]string // tokens that consist of NUL bytes only
}

// source is the content of a tokenizer's files, read from a folder or built from a
// GGUF file.
type source struct {
	json     []byte // tokenizer.json
	config   []byte // tokenizer_config.json
	specials []byte // special_tokens_map.json
	added    []byte // added_tokens.json, of which all tokens are in tokenizer.json too
	template string
	names    Names
	eosIDs   []int32 // end-of-text ids in addition to names.EOS
}

// Names are the texts of the tokens with a special role; "" if the model has none.
type Names struct {
	BOS, EOS, Unknown, Pad, Separator, Class, Mask string
}

// ByName returns the texts by the names that configuration files and chat templates have for them.
func (n Names) ByName() map[string]string {
	texts := map[string]string{"bos_token": n.BOS, "eos_token": n.EOS, "unk_token": n.Unknown, "pad_token": n.Pad,
		"sep_token": n.Separator, "cls_token": n.Class, "mask_token": n.Mask}
	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })
	return texts
}

// ErrNUL is returned for text with a NUL character, where the native library would
// truncate it.
var ErrNUL = errors.New("text with a NUL character can't be tokenized; remove it")

// Open reads the tokenizer of a model: a folder with tokenizer.json and its
// configuration files, or a GGUF file.
func Open(path string) (*Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open tokenizer: %w", err)
	}
	var from source
	if info.IsDir() {
		from, err = readFolder(path)
	} else {
		from, err = readGGUF(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open tokenizer of %s: %w", path, err)
	}
	t, err := newTokenizer(from)
	if err != nil {
		return nil, fmt.Errorf("open tokenizer of %s: %w", path, err)
	}
	return t, nil
}

func newTokenizer(from source) (*Tokenizer, error) {
	layout, err := parseLayout(from.json)
	if err != nil {
		return nil, err
	}
	t := &Tokenizer{source: from, layout: layout, nul: layout.nulTokens()}
	if err := t.resolveNames(); err != nil {
		return nil, err
	}
	if err := t.checkAdded(); err != nil {
		return nil, err
	}
	if t.plain, err = tokenizers.FromBytes(from.json, tokenizers.WithEncodeSpecialTokens()); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	if t.control, err = tokenizers.FromBytes(from.json); err != nil {
		t.plain.Close()
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

// Close frees the native library's memory.
func (t *Tokenizer) Close() error {
	return errors.Join(t.plain.Close(), t.control.Close())
}

// Encode returns the ids of plain text: the spelling of a special token is encoded
// as ordinary characters. No tokens are added at either end.
func (t *Tokenizer) Encode(text string) ([]int32, error) {
	return encode(t.plain, text)
}

// EncodeControl is Encode, except that the spelling of a special token becomes that
// control token. It is for trusted text, never for a user's.
func (t *Tokenizer) EncodeControl(text string) ([]int32, error) {
	return encode(t.control, text)
}

func encode(with *tokenizers.Tokenizer, text string) ([]int32, error) {
	if strings.ContainsRune(text, 0) {
		return nil, ErrNUL
	}
	encoding, err := with.EncodeWithOptionsErr(strings.ToValidUTF8(text, "\uFFFD"), false)
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	ids := make([]int32, len(encoding.IDs))
	for i, id := range encoding.IDs {
		ids[i] = int32(id)
	}
	return ids, nil
}

// Decode returns the text of ids. Incomplete characters become U+FFFD. Unknown ids
// are skipped, and so are special tokens if skipSpecial is set. For decoding during
// generation, see [Stream].
func (t *Tokenizer) Decode(ids []int32, skipSpecial bool) string {
	var text strings.Builder
	run := make([]uint32, 0, len(ids))
	for _, id := range ids {
		nul, isNUL := t.nul[id]
		if !isNUL {
			run = append(run, uint32(id))
			continue
		}
		// The library returns C strings, which end at a NUL.
		text.WriteString(t.control.Decode(run, skipSpecial))
		text.WriteString(nul)
		run = run[:0]
	}
	text.WriteString(t.control.Decode(run, skipSpecial))
	return text.String()
}

// ChatTemplate returns the model's Jinja chat template, or "".
func (t *Tokenizer) ChatTemplate() string { return t.source.template }

// JSON returns the bytes of tokenizer.json.
func (t *Tokenizer) JSON() []byte { return bytes.Clone(t.source.json) }

// Hash returns the SHA-256 of the files that [Tokenizer.WriteFiles] writes, in hexadecimal.
func (t *Tokenizer) Hash() string {
	sum := sha256.New()
	for _, file := range t.files() {
		fmt.Fprintf(sum, "%s %d\n", file.name, len(file.data))
		sum.Write(file.data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// VocabSize returns the number of rows that an embedding needs: the highest token
// id plus one.
func (t *Tokenizer) VocabSize() int { return t.layout.size }
