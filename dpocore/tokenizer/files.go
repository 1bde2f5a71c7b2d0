package tokenizer

import (
	"fmt"
	"path/filepath"
	"regexp"

	"example.com/gonb-dpo/internal/atomicfile"
)

// class makes transformers take tokenizer.json as it is.
const class = "PreTrainedTokenizerFast"

// rebuilt are classes for which transformers 5.23 does not take tokenizer.json
// as it is, but builds the tokenizer anew from vocabulary and merges. For
// GPT2Tokenizer it loses SmolLM2's split of digits, so that it gets "\n\n1."
// wrong; for LlamaTokenizer, TinyLlama's blank after each control token.
// TokenizersBackend is its own name for class, which transformers 4 lacks.
var rebuilt = regexp.MustCompile(`("tokenizer_class"\s*:\s*")(?:GPT2Tokenizer|LlamaTokenizer|TokenizersBackend)(?:Fast)?(")`)

// WriteFiles writes into dir, which it makes if needed, what transformers'
// AutoTokenizer needs to load the tokenizer with the right end of text:
// tokenizer.json, tokenizer_config.json, special_tokens_map.json and
// chat_template.jinja.
// Files of a model folder are copied as they are, but for a class
// that would not read them so; one that the folder lacks is left out. Each file appears
// whole or not at all.
func (t *Tokenizer) WriteFiles(dir string) error {
	for _, file := range t.files() {
		if len(file.data) == 0 {
			continue
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, file.name), file.data); err != nil {
			return fmt.Errorf("write tokenizer file: %w", err)
		}
	}
	return nil
}

// namedFile is a file to write.
type namedFile struct {
	name string
	data []byte
}

func (t *Tokenizer) files() []namedFile {
	return []namedFile{
		{jsonFile, t.source.json},
		{configFile, rebuilt.ReplaceAll(t.source.config, []byte("${1}"+class+"${2}"))},
		{specialsFile, t.source.specials},
		{templateFile, []byte(t.source.template)},
	}
}
