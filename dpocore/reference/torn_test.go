package reference

import (
	"os"
	"slices"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
)

// TestTornReferenceFile: a crash can tear the last record; those before it stay.
func TestTornReferenceFile(t *testing.T) {
	cachetest.Own(t)
	r := Open(nil, "model", nil)
	first, second := Key{1}, Key{2}
	r.put(first, [][2]float32{{-1, -2}, {-3, -4}})
	r.put(second, [][2]float32{{-5, -6}})
	path := r.file.Name()
	r.Close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(content); cut > len(content)-(recordOverhead+8); cut-- {
		if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := Open(nil, "model", nil)
		again.Close()
		if got := again.memory[first]; !slices.Equal(got, [][2]float32{{-1, -2}, {-3, -4}}) {
			t.Fatalf("cut to %d bytes: the first record reads %v", cut, got)
		}
		if _, ok := again.memory[second]; ok != (cut == len(content)) {
			t.Fatalf("cut to %d bytes: the second record is there: %v", cut, ok)
		}
	}
	content[sha256Size+6] ^= 1
	if damaged := (Memory{}); damaged.parse(content) != 0 {
		t.Error("a damaged record is accepted")
	}
}

const sha256Size = len(Key{})
