package ranking

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// FuzzRead: whatever a file holds, reading it gives rankings of which pairs can be made, or an error that names the file;
// and another ranking can be added to what can be read.
func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "rankings")
	file, err := Open(path)
	if err != nil {
		f.Fatal(err)
	}
	one := four("Why?")
	if err := file.AddCandidates(&one); err != nil {
		f.Fatal(err)
	}
	if err := file.AddVerdict(one, verdict("r", 4, 2, 1, 3)); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "\n", string(whole), string(whole[:len(whole)-9]), `{"kind":"judged"}` + "\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		log, err := Read(path)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Errorf("the error %q does not say where", err)
			}
			return
		}
		if _, err := log.Pairs(preference.ListOptions{}); err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("the error %q does not say where", err)
		}
		before := len(log.Judgements)
		if err := file.AddVerdict(one, verdict("another rater of this test", 1, 2, 3, 4)); err != nil {
			t.Fatal(err)
		}
		if log, err = Read(path); err != nil || len(log.Judgements) < before || len(log.Notes) > 0 {
			t.Errorf("after another ranking: %v", err)
		}
	})
}
