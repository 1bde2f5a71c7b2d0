package evaluation

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPairsThatAreNotFinite: a pair that overflowed is in the file, as null, and in no figure, which a note says.
func TestPairsThatAreNotFinite(t *testing.T) {
	pairs := tenPairs()
	pairs[9].LogpsChosen, pairs[9].Margin, pairs[9].KL = math.Inf(-1), math.Inf(-1), math.NaN()
	path := filepath.Join(t.TempDir(), PairsFile)
	if err := WritePairs(path, pairs); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || strings.Count(string(content), "\n") != 10 || strings.Count(string(content), `"margin":null`) != 1 {
		t.Errorf("the file has\n%s(%v)", content, err)
	}
	back, err := ReadPairs(path)
	if err != nil || len(back) != 10 || back[9].Finite() || !math.IsNaN(back[9].Margin) || back[8] != pairs[8] {
		t.Errorf("read back %+v, %v", back, err)
	}
	r, err := Summarize(pairs, 0.1)
	if err != nil || r.Pairs != 9 || r.NotFinite != 1 || math.Abs(r.Accuracy.Value-8./9) > 1e-12 {
		t.Errorf("%d pairs, %d not finite, accuracy %v, %v", r.Pairs, r.NotFinite, r.Accuracy, err)
	}
	if notes := r.Notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "Not in the figures: 1 pair ") {
		t.Errorf("notes %q", notes)
	}
	if d, err := Compare(tenPairs(), pairs); err != nil || d.Pairs != 9 {
		t.Errorf("%d pairs are compared, %v", d.Pairs, err)
	}
	if _, err := Summarize(pairs[9:], 0.1); !errors.Is(err, ErrNoPairs) {
		t.Errorf("only such a pair: %v", err)
	}
}
