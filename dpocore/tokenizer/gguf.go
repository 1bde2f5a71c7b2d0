package tokenizer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/tokenizer/ggufform"
	"example.com/gonb-dpo/internal/ggufcheck"
)

// readGGUF builds a tokenizer's files from the metadata of a GGUF file, which has
// tokens, merges and chat template, but no tokenizer.json.
func readGGUF(path string) (source, error) {
	file, err := ggufcheck.OpenFirst(path)
	if err != nil {
		return source{}, fmt.Errorf("it is neither a model folder nor a readable GGUF file: %w", err)
	}
	v, err := readVocabulary(file)
	if err != nil {
		return source{}, err
	}
	from := source{template: v.template, names: v.names, eosIDs: v.eosIDs}
	if from.json, err = v.tokenizerJSON(); err != nil {
		return source{}, err
	}
	if from.config, err = v.configJSON(); err != nil {
		return source{}, err
	}
	from.specials, err = v.specialsJSON()
	return from, err
}

// vocabulary is the tokenizer in a GGUF file.
type vocabulary struct {
	form      ggufform.Form
	tokens    []string
	types     []int64   // one per token
	scores    []float32 // one per token of SentencePiece
	merges    []string  // of byte-level BPE
	names     Names
	eosIDs    []int32
	template  string
	maxLength int64 // the context length of the model, 0 if unknown

	stripsRight bool // control tokens remove whitespace on their right, as those of Phi-3
}

// readVocabulary reads and checks the tokenizer's metadata.
func readVocabulary(file *gguf.File) (*vocabulary, error) {
	f, err := ggufform.Read(file)
	if err != nil {
		return nil, err
	}
	v := &vocabulary{
		form:        f,
		tokens:      ggufform.Value(file, "tokens").Strings(),
		types:       ggufform.Value(file, "token_type").Int64s(),
		stripsRight: file.Architecture() == "phi3",
	}
	if f.Pieces {
		v.readPieces(file)
	} else {
		v.merges = ggufform.Value(file, "merges").Strings()
	}
	if template, ok := file.GetKeyValue("tokenizer.chat_template"); ok {
		v.template = template.String()
	}
	if length, ok := file.GetKeyValue(file.Architecture() + ".context_length"); ok {
		v.maxLength = length.Int64()
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	return v, v.readNames(file)
}

// check finds errors that the native library does not report, or only vaguely.
func (v *vocabulary) check() error {
	if len(v.tokens) == 0 || len(v.types) != len(v.tokens) {
		return fmt.Errorf("the GGUF file has %d tokens and %d token types; it is damaged or has no tokenizer", len(v.tokens), len(v.types))
	}
	if v.form.Pieces && len(v.scores) != len(v.tokens) {
		return fmt.Errorf("the GGUF file has %d tokens and %d scores; it is damaged", len(v.tokens), len(v.scores))
	}
	known := []int64{ggufform.Normal, ggufform.Control, ggufform.UserDefined, ggufform.Unused}
	if v.form.Pieces {
		known = append(known, ggufform.Unknown, ggufform.Byte)
	}
	ids := make(map[string]int, len(v.tokens))
	for id, token := range v.tokens {
		if other, repeated := ids[token]; repeated {
			return fmt.Errorf("tokens %d and %d of the GGUF file are both %q", other, id, token)
		}
		ids[token] = id
		if !slices.Contains(known, v.types[id]) {
			return fmt.Errorf("token %d (%q) of the GGUF file has type %d, which its kind of tokenizer does not have", id, token, v.types[id])
		}
	}
	for i, merge := range v.merges {
		left, right, ok := strings.Cut(merge, " ")
		for _, token := range []string{left, right, left + right} {
			if _, known := ids[token]; !ok || !known {
				return fmt.Errorf("merge %d of the GGUF file is %q, and %q is not in the vocabulary", i, merge, token)
			}
		}
	}
	return nil
}

// readNames looks up the texts of the special tokens by their ids.
func (v *vocabulary) readNames(file *gguf.File) error {
	for _, named := range []struct {
		key  string
		into *string
	}{
		{"bos_token_id", &v.names.BOS},
		{"eos_token_id", &v.names.EOS},
		{"unknown_token_id", &v.names.Unknown},
		{"padding_token_id", &v.names.Pad},
		{"seperator_token_id", &v.names.Separator}, // as the format spells it
		{"cls_token_id", &v.names.Class},
		{"mask_token_id", &v.names.Mask},
		{"eot_token_id", nil},
	} {
		kv, ok := file.GetKeyValue("tokenizer.ggml." + named.key)
		if !ok {
			continue
		}
		id := kv.Int64()
		if id < 0 || id >= int64(len(v.tokens)) {
			return fmt.Errorf("tokenizer.ggml.%s is %d, but the GGUF file has %d tokens", named.key, id, len(v.tokens))
		}
		if named.into == nil {
			v.eosIDs = append(v.eosIDs, int32(id))
			continue
		}
		*named.into = v.tokens[id]
	}
	return nil
}
