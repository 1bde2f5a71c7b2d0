package tokenizer

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

const addedFile = "added_tokens.json"

// saveAgain is how to get a tokenizer.json that has all tokens.
const saveAgain = "load it with transformers' AutoTokenizer and save it again (save_pretrained)"

// checkAdded returns an error if another file names added tokens that tokenizer.json lacks. transformers adds them when it loads the
// folder, so that it would give other tokens than tokenizer.json alone.
func (t *Tokenizer) checkAdded() error {
	for _, file := range []struct {
		name string
		read func() ([]string, error)
	}{
		{addedFile, t.source.addedIDs},
		{specialsFile, func() ([]string, error) { return furtherTokens(t.source.specials) }},
		{configFile, func() ([]string, error) { return furtherTokens(t.source.config) }},
	} {
		tokens, err := file.read()
		if err != nil {
			return fmt.Errorf("read %s: %w", file.name, err)
		}
		for _, token := range tokens {
			if !slices.ContainsFunc(t.layout.AddedTokens, func(added addedToken) bool { return added.Content == token }) {
				return fmt.Errorf("%s has the token %q, which is not among the added tokens of %s; %s", file.name, token, jsonFile, saveAgain)
			}
		}
	}
	return nil
}

// addedIDs are the tokens of added_tokens.json, which has their ids.
func (s source) addedIDs() ([]string, error) {
	if s.added == nil {
		return nil, nil
	}
	var ids map[string]int32
	err := json.Unmarshal(s.added, &ids)
	return slices.Sorted(maps.Keys(ids)), err
}

// furtherTokens are the tokens of a configuration file besides those with a role.
func furtherTokens(raw []byte) (tokens []string, err error) {
	if raw == nil {
		return nil, nil
	}
	var config struct {
		Decoder    map[string]tokenName `json:"added_tokens_decoder"`
		Additional []tokenName          `json:"additional_special_tokens"`
		Extra      json.RawMessage      `json:"extra_special_tokens"` // a list, or an object from role to token
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		return nil, err
	}
	named, list := map[string]tokenName{}, []tokenName{}
	if len(config.Extra) > 0 && json.Unmarshal(config.Extra, &named) != nil && json.Unmarshal(config.Extra, &list) != nil {
		return nil, fmt.Errorf("field \"extra_special_tokens\" is %.40s; it must be a list or an object of tokens", config.Extra)
	}
	for _, all := range [][]tokenName{slices.Collect(maps.Values(config.Decoder)), config.Additional, slices.Collect(maps.Values(named)), list} {
		for _, token := range all {
			tokens = append(tokens, string(token))
		}
	}
	slices.Sort(tokens)
	return tokens, nil
}
