package dpocore

import (
	"os"
	"slices"
	"testing"
)

// TestTornReferenceFile: a crash can tear the last record; those before it stay.
func TestTornReferenceFile(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	r := openReferences(nil, "model")
	first, second := rowKey{1}, rowKey{2}
	r.keep(first, [][2]float32{{-1, -2}, {-3, -4}})
	r.keep(second, [][2]float32{{-5, -6}})
	path := r.file.Name()
	r.close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(content); cut > len(content)-(recordOverhead+8); cut-- {
		if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := openReferences(nil, "model")
		again.close()
		if got := again.known[first]; !slices.Equal(got, [][2]float32{{-1, -2}, {-3, -4}}) {
			t.Fatalf("cut to %d bytes: the first record reads %v", cut, got)
		}
		if _, ok := again.known[second]; ok != (cut == len(content)) {
			t.Fatalf("cut to %d bytes: the second record is there: %v", cut, ok)
		}
	}
	content[sha256Size+6] ^= 1
	if damaged := (&references{known: map[rowKey][][2]float32{}}); damaged.parse(content) != 0 {
		t.Error("a damaged record is taken for sound")
	}
}

const sha256Size = len(rowKey{})
