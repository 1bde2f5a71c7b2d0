package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// FuzzForms: reading any file in any format gives usable pairs or an error that names
// the file.
func FuzzForms(f *testing.F) {
	for _, name := range []string{"hh_train.jsonl", "shp_train.json", "original.jsonl", "webgpt.parquet", "webgpt.jsonl", "binarized_train.parquet"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	path := filepath.Join(f.TempDir(), "pairs")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		tried := map[string]bool{}
		for _, s := range published {
			if tried[s.repo.ID] { // by the same reader
				continue
			}
			tried[s.repo.ID] = true
			into := &preference.Set{Source: path}
			if err := s.read(into, path, DefaultOptions()); err != nil && !strings.Contains(err.Error(), path) {
				t.Errorf("the error %q does not name the file", err)
			}
			for _, pair := range into.Pairs {
				if strings.TrimSpace(pair.Chosen) == "" || strings.TrimSpace(pair.Rejected) == "" || pair.Chosen == pair.Rejected || len(pair.Prompt) == 0 || pair.Weight < 0 {
					t.Errorf("unusable pair: %+v", pair)
				}
			}
		}
	})
}
