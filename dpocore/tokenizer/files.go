package tokenizer

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// class makes transformers take tokenizer.json as it is.
const class = "PreTrainedTokenizerFast"

// gpt2Class is the class that SmolLM2's own folder names. transformers 5
// builds it anew from vocabulary and merges and loses the split of digits
// that tokenizer.json asks for, so that it gets "\n\n1." wrong.
var gpt2Class = regexp.MustCompile(`("tokenizer_class"\s*:\s*")GPT2Tokenizer(?:Fast)?(")`)

// WriteFiles writes into dir what transformers' AutoTokenizer needs to load
// the tokenizer with the right end of text: tokenizer.json,
// tokenizer_config.json, special_tokens_map.json and chat_template.jinja.
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
		if err := writeWhole(filepath.Join(dir, file.name), file.data); err != nil {
			return fmt.Errorf("write tokenizer file: %w", err)
		}
	}
	return nil
}

// writeWhole writes a file under another name and renames it when done.
func writeWhole(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // fails once renamed, as it should
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
