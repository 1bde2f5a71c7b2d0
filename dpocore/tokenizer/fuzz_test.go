package tokenizer

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzFolder: no tokenizer.json or tokenizer_config.json makes the process fail, the native library's part included, and
// what it encodes stays within the vocabulary.
func FuzzFolder(f *testing.F) {
	f.Add([]byte(tiny), []byte(`{"eos_token": "<e>"}`))
	f.Add([]byte(tiny), []byte(`{"eos_token": {"content": "<e>"}, "chat_template": [{"name": "default", "template": "x"}]}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, tokenizer, config []byte) {
		for name, content := range map[string][]byte{jsonFile: tokenizer, configFile: config} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tok, err := Open(dir)
		if err != nil {
			return
		}
		defer tok.Close()
		ids, err := tok.Encode("ab ab<e>")
		if err != nil {
			return
		}
		for _, id := range ids {
			if id < 0 || int(id) >= tok.VocabSize() {
				t.Errorf("the id %d is beyond %d tokens", id, tok.VocabSize())
			}
		}
		_ = tok.Decode(ids, false)
	})
}
