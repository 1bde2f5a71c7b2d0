package tokenizer

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"

	"example.com/gonb-dpo/internal/atomicfile"
)

// class is the tokenizer class with which transformers uses tokenizer.json unchanged.
const class = "PreTrainedTokenizerFast"

// rebuilt matches classes for which transformers 5.23 rebuilds the tokenizer from
// vocabulary and merges instead of using tokenizer.json. With GPT2Tokenizer this
// loses SmolLM2's digit splitting and tokenizes "\n\n1." wrongly; with
// LlamaTokenizer it loses TinyLlama's space after each control token.
// TokenizersBackend is a newer name of class that transformers 4 does not know.
var rebuilt = regexp.MustCompile(`("tokenizer_class"\s*:\s*")(?:GPT2Tokenizer|LlamaTokenizer|TokenizersBackend)(?:Fast)?(")`)

// WriteFiles writes to dir, which it creates if needed, the files from which
// transformers' AutoTokenizer loads this tokenizer with the right end-of-text
// token: tokenizer.json, tokenizer_config.json, special_tokens_map.json and
// chat_template.jinja. Files of a model folder are copied, except that a class in
// tokenizer_config.json that would rebuild the tokenizer is replaced; files that
// the folder lacks are skipped. Each file is written atomically.
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

// WithTemplate returns the tokenizer with another chat template. It shares the native library's memory with t: one of the two is
// closed.
func (t *Tokenizer) WithTemplate(template string) (*Tokenizer, error) {
	other := *t
	other.source.template = template
	var config map[string]json.RawMessage
	if json.Unmarshal(t.source.config, &config) != nil || config["chat_template"] == nil {
		return &other, nil
	}
	text, err := json.Marshal(template)
	if err == nil {
		config["chat_template"] = text
		other.source.config, err = json.MarshalIndent(config, "", "  ")
	}
	if err != nil {
		return nil, fmt.Errorf("set the chat template in %s: %w", configFile, err)
	}
	return &other, nil
}
