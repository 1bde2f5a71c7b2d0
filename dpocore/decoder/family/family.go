// Package family describes how the supported model families differ: the form of their config.json and GGUF files, and what
// their layers compute. Each family is a [Family] in a separate file; [Find] looks one up by its name in config.json.
//
// To add a family, write its file and add it to the list, all. If its layers differ from [decoder.PreNorm], embed that in
// a new block, override the methods that differ, and set the block in Read.
package family

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/wording"
)

// Family describes one model family.
type Family struct {
	ModelType  string // model_type in config.json, and [decoder.Config].Family
	Class      string // the class in transformers, architectures in config.json
	Examples   string // well-known models, for messages
	Activation string // hidden_act in config.json

	Defaults decoder.Config // the fields that config.json may leave out, where transformers has another value than for a Llama

	PartialRotary bool // config.json may rotate a part of each head
	RopePerKind   bool // rope_parameters has an object for each kind of attention

	// Harmless are fields of config.json that change nothing in this family, although their names suggest it.
	Harmless []string

	// Settings is a zero value of the struct that Read reads config.json into.
	Settings any

	// Read sets the architecture from the fields of config.json that the family has, and refuses settings under which the
	// family computes something that this program does not. Sizes, rotary positions and special tokens are read already.
	Read func(raw []byte, c *decoder.Config) error

	// Fields returns a struct with the fields that the family has in config.json beyond the common ones.
	Fields func(c decoder.Config) (any, error)

	GGUF *GGUF // nil if this program reads no GGUF files of the family
}

var all = []Family{Llama, Qwen2, Qwen3, SmolLM3, Mistral, Granite, OLMo2, Gemma3, Phi3}

// Find returns the family with a model_type.
func Find(modelType string) (Family, error) {
	var known []string
	for _, f := range all {
		if f.ModelType == modelType {
			return f, nil
		}
		known = append(known, fmt.Sprintf("%q (%s)", f.ModelType, f.Examples))
	}
	return Family{}, fmt.Errorf("the model is of type %q; this program knows %s", modelType, wording.And(known))
}

// FindGGUF returns the family whose GGUF files have an architecture.
func FindGGUF(architecture string) (Family, error) {
	var known []string
	for _, f := range all {
		if f.GGUF == nil || f.GGUF == Llama.GGUF && f.ModelType != Llama.ModelType {
			continue
		}
		if f.GGUF.Architecture == architecture {
			return f, nil
		}
		known = append(known, fmt.Sprintf("%q (%s)", f.GGUF.Architecture, f.GGUF.Examples))
	}
	return Family{}, fmt.Errorf("the model is of type %q; of GGUF files this program knows %s: use the model's folder", architecture, wording.And(known))
}
