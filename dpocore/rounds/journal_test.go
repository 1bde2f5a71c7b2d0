package rounds

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Wherever a crash truncates the file, complete lines are read back, and the incomplete one is dropped and overwritten.
func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	write := func(items ...string) []string {
		t.Helper()
		j, err := openJournal[string](path)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			if err := j.add(item); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.close(); err != nil {
			t.Fatal(err)
		}
		return j.list
	}
	first, second := "one\n<two>", strings.Repeat("é", 100)
	write(first, second)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin := strings.Index(string(whole), "\n") + 1
	for cut := begin; cut < len(whole); cut += 7 {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if got := write("three"); !slices.Equal(got, []string{first, "three"}) {
			t.Fatalf("cut at %d the journal holds %q", cut, got)
		}
		if got := write(); !slices.Equal(got, []string{first, "three"}) {
			t.Fatalf("cut at %d and read again the journal holds %q", cut, got)
		}
	}
	if err := os.WriteFile(path, []byte("\"one\"\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal[string](path); err == nil || !strings.Contains(err.Error(), path+", line 2") {
		t.Errorf("an invalid line: %v", err)
	}
}
