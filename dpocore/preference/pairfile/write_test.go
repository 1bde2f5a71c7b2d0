package pairfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// A written file is read as the same pairs, and is legible: < and & are not escaped.
func TestWrittenPairsAreRead(t *testing.T) {
	want := []preference.Pair{
		{Prompt: preference.User("Is 1 < 2 & 2 < 3?\nWhy?"), Chosen: "Yes, \"always\".", Rejected: "Non, désolé 🙂"},
		{Prompt: preference.User("Who?"), Chosen: "I.", Rejected: "You."},
	}
	path := filepath.Join(t.TempDir(), "new folder", "pairs.jsonl")
	if err := WriteFile(path, want); err != nil {
		t.Fatal(err)
	}
	set, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Pairs) != len(want) {
		t.Fatalf("%d pairs were read instead of %d", len(set.Pairs), len(want))
	}
	for i, got := range set.Pairs {
		if got.PromptText() != want[i].PromptText() || got.Chosen != want[i].Chosen || got.Rejected != want[i].Rejected {
			t.Errorf("pair %d is read as %+v", i+1, got)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "1 < 2 & 2") {
		t.Errorf("the file is %s", raw)
	}
}
