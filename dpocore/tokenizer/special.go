package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Special is a control token, such as the end of a turn.
type Special struct {
	ID   int32
	Text string
	// Whitespace on this side of the token is removed from the text.
	StripsLeft, StripsRight bool
}

// Specials returns all special tokens in the order of their ids.
func (t *Tokenizer) Specials() []Special {
	var all []Special
	for _, token := range t.layout.AddedTokens {
		if token.Special {
			all = append(all, Special{token.ID, token.Content, token.LeftStrip, token.RightStrip})
		}
	}
	slices.SortFunc(all, func(a, b Special) int { return int(a.ID) - int(b.ID) })
	return all
}

// Separable reports whether the text between control tokens can be encoded piece
// by piece. Tokenizers that prepend a space to a text, such as SentencePiece,
// would prepend one to each piece.
func (t *Tokenizer) Separable() bool { return !t.layout.prefixesSpace() }

// Names returns the texts of the tokens with a special role.
func (t *Tokenizer) Names() Names { return t.source.names }

// EOS returns the id of the token that ends a text or, with chat models, a turn.
func (t *Tokenizer) EOS() int32 { return t.eosIDs[0] }

// EOSIDs returns all ids at which generation stops; the first is EOS.
func (t *Tokenizer) EOSIDs() []int32 { return slices.Clone(t.eosIDs) }

// Pad returns the id of the padding token, or EOS if the model has none.
func (t *Tokenizer) Pad() int32 {
	if id, ok := t.ID(t.source.names.Pad); ok {
		return id
	}
	return t.EOS()
}

// ID returns the id of a token by its exact text.
func (t *Tokenizer) ID(token string) (int32, bool) {
	for _, added := range t.layout.AddedTokens {
		if added.Content == token {
			return added.ID, true
		}
	}
	id, ok := t.layout.vocabulary[token]
	return id, ok
}

// resolveNames checks that the named tokens exist and fills eosIDs.
func (t *Tokenizer) resolveNames() error {
	names := t.source.names
	for role, token := range map[string]string{"bos_token": names.BOS, "eos_token": names.EOS, "unk_token": names.Unknown, "pad_token": names.Pad} {
		if _, ok := t.ID(token); token != "" && !ok {
			return fmt.Errorf("%s is %q, which %s lacks; %s", role, token, jsonFile, saveAgain)
		}
	}
	if names.EOS != "" {
		id, _ := t.ID(names.EOS)
		t.eosIDs = append(t.eosIDs, id)
	}
	for _, id := range t.source.eosIDs {
		if id < 0 || int(id) >= t.layout.size {
			return fmt.Errorf("eos_token_id is %d, but the vocabulary has %d tokens", id, t.layout.size)
		}
		if !slices.Contains(t.eosIDs, id) {
			t.eosIDs = append(t.eosIDs, id)
		}
	}
	if len(t.eosIDs) == 0 {
		return fmt.Errorf("no end-of-text token is named; add \"eos_token\" to tokenizer_config.json")
	}
	return nil
}

// Begin is the token that the tokenizer puts in front of a text for programs that ask for that, or "".
func (t *Tokenizer) Begin() string {
	type template struct {
		Single []struct{ SpecialToken struct{ ID string } }
	}
	var processor struct {
		template
		Processors []template
	}
	if len(t.layout.PostProcessor) == 0 || json.Unmarshal(t.layout.PostProcessor, &processor) != nil {
		return ""
	}
	for _, each := range append(processor.Processors, processor.template) {
		if bos := t.source.names.BOS; len(each.Single) > 0 && bos != "" && each.Single[0].SpecialToken.ID == bos {
			return bos
		}
	}
	return ""
}
