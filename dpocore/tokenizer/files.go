package tokenizer

import (
	"fmt"
	"path/filepath"
	"regexp"

	"example.com/gonb-dpo/internal/atomicfile"
)

// class makes transformers take tokenizer.json as it is.
const class = "PreTrainedTokenizerFast"

// gpt2Class is a class that folders of byte-level BPE models name.
// transformers 5.23 builds it anew from vocabulary and merges and loses the
// split of digits that tokenizer.json asks for, so that it gets "\n\n1."
// wrong.
var gpt2Class = regexp.MustCompile(`("tokenizer_class"\s*:\s*")GPT2Tokenizer(?:Fast)?(")`)

// WriteFiles writes into dir, which it makes if needed, what transformers'
// AutoTokenizer needs to load the tokenizer with the right end of text:
// tokenizer.json, tokenizer_config.json, special_tokens_map.json and
// chat_template.jinja.
// Files of a model folder are copied as they are, but for the class
// GPT2Tokenizer; one that the folder lacks is left out. Each file appears
// whole or not at all.
func (t *Tokenizer) WriteFiles(dir string) error {
	for _, file := range []struct {
		name string
		data []byte
	}{
		{jsonFile, t.source.json},
		{configFile, gpt2Class.ReplaceAll(t.source.config, []byte("${1}"+class+"${2}"))},
		{specialsFile, t.source.specials},
		{templateFile, []byte(t.source.template)},
	} {
		if len(file.data) == 0 {
			continue
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, file.name), file.data); err != nil {
			return fmt.Errorf("write tokenizer file: %w", err)
		}
	}
	return nil
}
