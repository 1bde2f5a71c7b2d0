package tokenizer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"example.com/gonb-dpo/dpocore/tokenizer/ggufform"
)

// tokenIDs is a list of tokens that marshals to a JSON object from token to id,
// in the order of ids.
type tokenIDs []string

func (tokens tokenIDs) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for id, token := range tokens {
		if id > 0 {
			out = append(out, ',')
		}
		key, err := json.Marshal(token)
		if err != nil {
			return nil, err
		}
		out = append(append(out, key...), ':')
		out = strconv.AppendInt(out, int64(id), 10)
	}
	return append(out, '}'), nil
}

// marshal returns indented JSON without escaping < and >.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return out.Bytes(), err
}

// tokenizerJSON returns the vocabulary as a tokenizer.json.
func (v *vocabulary) tokenizerJSON() ([]byte, error) {
	model := ggufform.Object{
		"type":                      "BPE",
		"dropout":                   nil,
		"unk_token":                 nil,
		"continuing_subword_prefix": nil,
		"end_of_word_suffix":        nil,
		"fuse_unk":                  false,
		"byte_fallback":             false,
		"vocab":                     tokenIDs(v.tokens),
		"merges":                    v.merges,
	}
	if v.form.IgnoresMerges {
		model["ignore_merges"] = true
	}
	if v.form.Pieces {
		model["merges"], model["fuse_unk"], model["byte_fallback"] = ggufform.PieceMerges(v.tokens, v.types, v.scores), true, true
		if i := slices.Index(v.types, ggufform.Unknown); i >= 0 {
			model["unk_token"] = v.tokens[i]
		}
	}
	return marshal(ggufform.Object{
		"version":        "1.0",
		"truncation":     nil,
		"padding":        nil,
		"added_tokens":   v.addedTokens(),
		"normalizer":     v.form.Normalizer,
		"pre_tokenizer":  v.form.PreTokenizer,
		"post_processor": v.postProcessor(),
		"decoder":        v.form.Decoder,
		"model":          model,
	})
}

// postProcessor puts the token that begins a text in front of it, for programs that ask for that; nil if there is none.
func (v *vocabulary) postProcessor() any {
	id := slices.Index(v.tokens, v.names.BOS)
	if !v.form.AddsBOS || v.names.BOS == "" || id < 0 {
		return nil
	}
	special := func(kind int) ggufform.Object {
		return ggufform.Object{"SpecialToken": ggufform.Object{"id": v.names.BOS, "type_id": kind}}
	}
	text := func(name string, kind int) ggufform.Object {
		return ggufform.Object{"Sequence": ggufform.Object{"id": name, "type_id": kind}}
	}
	return ggufform.Object{
		"type":   "TemplateProcessing",
		"single": []ggufform.Object{special(0), text("A", 0)},
		"pair":   []ggufform.Object{special(0), text("A", 0), special(1), text("B", 1)},
		"special_tokens": ggufform.Object{
			v.names.BOS: ggufform.Object{"id": v.names.BOS, "ids": []int{id}, "tokens": []string{v.names.BOS}},
		},
	}
}

// stripsNothing are the control tokens of Phi-3 that leave the whitespace after them.
var stripsNothing = []string{"<unk>", "<s>", "<|endoftext|>"}

// addedTokens lists the tokens that are matched before BPE. Those of Phi-3 remove the whitespace after them, which the file
// does not say.
func (v *vocabulary) addedTokens() []addedToken {
	added := []addedToken{}
	for id, token := range v.tokens {
		special := v.types[id] == ggufform.Control || v.types[id] == ggufform.Unknown
		if !special && v.types[id] != ggufform.UserDefined {
			continue
		}
		strips := v.stripsRight && (special || token == "</s>") && !slices.Contains(stripsNothing, token)
		added = append(added, addedToken{ID: int32(id), Content: token, Special: special, RightStrip: strips})
	}
	return added
}

// configJSON returns tokenizer_config.json. It includes the chat template, for
// programs that do not read chat_template.jinja.
func (v *vocabulary) configJSON() ([]byte, error) {
	config := ggufform.Object{
		"tokenizer_class":              class,
		"clean_up_tokenization_spaces": false,
	}
	if v.maxLength > 0 {
		config["model_max_length"] = v.maxLength
	}
	if v.template != "" {
		config["chat_template"] = v.template
	}
	decoder := ggufform.Object{}
	for _, token := range v.addedTokens() {
		decoder[strconv.Itoa(int(token.ID))] = ggufform.Object{"content": token.Content, "special": token.Special,
			"lstrip": false, "rstrip": token.RightStrip, "normalized": false, "single_word": false}
	}
	config["added_tokens_decoder"] = decoder
	v.addNames(config)
	return marshal(config)
}

// specialsJSON returns special_tokens_map.json.
func (v *vocabulary) specialsJSON() ([]byte, error) {
	specials := ggufform.Object{}
	v.addNames(specials)
	return marshal(specials)
}

func (v *vocabulary) addNames(to ggufform.Object) {
	for key, token := range v.names.ByName() {
		to[key] = token
	}
}
