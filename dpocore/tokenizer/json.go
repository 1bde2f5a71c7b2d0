package tokenizer

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// object is a JSON object. encoding/json sorts its fields by name, so the same
// vocabulary always gives the same bytes.
type object map[string]any

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

// tokenizerJSON returns the vocabulary as a tokenizer.json: byte-level BPE with
// GPT-2's pattern, preceded by digit splitting for smollm.
func (v *vocabulary) tokenizerJSON() ([]byte, error) {
	byteLevel := object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	pre := byteLevel
	if v.splitsDigits {
		digits := object{"type": "Digits", "individual_digits": true}
		pre = object{"type": "Sequence", "pretokenizers": []object{digits, byteLevel}}
	}
	return marshal(object{
		"version":        "1.0",
		"truncation":     nil,
		"padding":        nil,
		"added_tokens":   v.addedTokens(),
		"normalizer":     nil,
		"pre_tokenizer":  pre,
		"post_processor": nil,
		"decoder":        byteLevel,
		"model": object{
			"type":                      "BPE",
			"dropout":                   nil,
			"unk_token":                 nil,
			"continuing_subword_prefix": nil,
			"end_of_word_suffix":        nil,
			"fuse_unk":                  false,
			"byte_fallback":             false,
			"vocab":                     tokenIDs(v.tokens),
			"merges":                    v.merges,
		},
	})
}

// addedTokens lists the tokens that are matched before BPE.
func (v *vocabulary) addedTokens() []addedToken {
	added := []addedToken{}
	for id, token := range v.tokens {
		if v.types[id] == typeControl || v.types[id] == typeUserDefined {
			added = append(added, addedToken{ID: int32(id), Content: token, Special: v.types[id] == typeControl})
		}
	}
	return added
}

// configJSON returns tokenizer_config.json. It includes the chat template, for
// programs that do not read chat_template.jinja.
func (v *vocabulary) configJSON() ([]byte, error) {
	config := object{
		"tokenizer_class":              class,
		"clean_up_tokenization_spaces": false,
	}
	if v.maxLength > 0 {
		config["model_max_length"] = v.maxLength
	}
	if v.template != "" {
		config["chat_template"] = v.template
	}
	decoder := object{}
	for _, token := range v.addedTokens() {
		decoder[strconv.Itoa(int(token.ID))] = object{"content": token.Content, "special": token.Special,
			"lstrip": false, "rstrip": false, "normalized": false, "single_word": false}
	}
	config["added_tokens_decoder"] = decoder
	v.addNames(config)
	return marshal(config)
}

// specialsJSON returns special_tokens_map.json.
func (v *vocabulary) specialsJSON() ([]byte, error) {
	specials := object{}
	v.addNames(specials)
	return marshal(specials)
}

func (v *vocabulary) addNames(to object) {
	for key, token := range v.names.ByName() {
		to[key] = token
	}
}
