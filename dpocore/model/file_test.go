package model

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// TestFileOfAModel: one of the files of a model's folder leads to the folder.
func TestFileOfAModel(t *testing.T) {
	dir := tinymodel.WriteChat(t, 1)
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json"} {
		if _, err := Open(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), "is one of the files of a model; name their folder, "+dir) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
