package dataset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSeveralFiles: files that are joined by a comma are no name; the error says how to write them.
func TestSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.jsonl")
	for _, path := range []string{a, b} {
		if err := os.WriteFile(path, []byte(`{"prompt":"Why?","chosen":"a","rejected":"b"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := ReadPairs(a + "," + b); err == nil || !strings.Contains(err.Error(), "first:"+a+"=1,second:"+b+"=1") {
		t.Errorf("two files: %v", err)
	}
	if pairs, _, err := ReadPairs("first:" + a + "=1,second:" + b + "=1"); err != nil || len(pairs.Pairs) != 2 {
		t.Errorf("as the error says: %v", err)
	}
}
