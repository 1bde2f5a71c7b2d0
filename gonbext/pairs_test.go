package gonbext

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/pairs"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// pairFile writes a JSON Lines file of pairs.
func pairFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pairs.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// numbered is n different pairs.
func numbered(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"prompt": "Question %d?", "chosen": "Yes, %d.", "rejected": "No."}`, i, i))
	}
	return lines
}

func TestLoadMistakes(t *testing.T) {
	good := pairFile(t, numbered(1)...)
	for _, test := range []struct {
		name, file string
		want       []string
	}{
		{"wrong name", filepath.Join(filepath.Dir(good), "pears.jsonl"), []string{"pears.jsonl", "the folder contains", "pairs.jsonl"}},
		{"wrong name, nothing near", filepath.Join(t.TempDir(), "pears.jsonl"), []string{"There is no file", "builtin"}},
		{"misspelt column", pairFile(t, `{"prompt": "Why?", "chosen": "So.", "rejectd": "No."}`), []string{"line 1", `"rejected"`}},
	} {
		_, err := load(t.Context(), test.file)
		if err == nil {
			t.Errorf("%s: no error", test.name)
			continue
		}
		text := output.Sentence(err)
		for _, part := range test.want {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q does not say %q", test.name, text, part)
			}
		}
	}
}

func TestLoadHoldsOut(t *testing.T) {
	for _, test := range []struct{ pairs, held int }{{49, 0}, {50, 5}} {
		p, err := load(t.Context(), pairFile(t, numbered(test.pairs)...))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.HeldOut().Len(); got != test.held || p.Len()+got != test.pairs {
			t.Errorf("of %d pairs %d are held out and %d left; want %d held out", test.pairs, got, p.Len(), test.held)
		}
	}
	builtin, err := load(t.Context(), "builtin")
	if err != nil {
		t.Fatal(err)
	}
	if all := builtin.Len() + builtin.HeldOut().Len(); all != 300 || builtin.HoldOut(0.5).Len() != 150 {
		t.Errorf("%d built-in pairs, half of them %d", all, builtin.HoldOut(0.5).Len())
	}
}

func TestShowNumbersFromZero(t *testing.T) {
	p, err := load(t.Context(), pairFile(t, numbered(3)...))
	if err != nil {
		t.Fatal(err)
	}
	if rows := views.Pairs(p.first(2)).Rows; len(rows) != 2 || rows[1][0] != "1" || rows[1][1] != p.Pick(1).Prompt {
		t.Errorf("got %v", rows)
	}
	if _, err := p.set.At(3); err == nil || !strings.Contains(err.Error(), "from 0 to 2") {
		t.Errorf("pair 3 of 3: %v", err)
	}
	if rows := views.Pairs(p.first(100)).Rows; len(rows) != 3 {
		t.Errorf("asked for 100 of 3 pairs, got %d", len(rows))
	}
}

func TestCheckSeesLengthBias(t *testing.T) {
	p, err := load(t.Context(), pairFile(t, numbered(10)...)) // "Yes, 0." is longer than "No." everywhere
	if err != nil {
		t.Fatal(err)
	}
	if text := views.Data(p.set).Text(); !strings.Contains(text, "In 100 % of the pairs the chosen answer is the longer one") {
		t.Errorf("got %s", text)
	}
	builtin, err := load(t.Context(), "builtin")
	if err != nil {
		t.Fatal(err)
	}
	if text := views.Data(builtin.set).Text(); !strings.Contains(text, "Length alone does not predict") {
		t.Errorf("got %s", text)
	}
}

// Held-out pairs keep their labels, and flipping does not change the original pairs.
func TestFlipped(t *testing.T) {
	p := Pairs{pairs.Set{
		Train:   &preference.Set{Pairs: []preference.Pair{{Chosen: "a", Rejected: "b"}}},
		HeldOut: &preference.Set{Pairs: []preference.Pair{{Chosen: "c", Rejected: "d"}}},
	}}
	flipped := p.Flipped()
	if got := flipped.set.Train.Pairs[0]; got.Chosen != "b" || got.Rejected != "a" || p.set.Train.Pairs[0].Chosen != "a" || flipped.set.HeldOut.Pairs[0].Chosen != "c" {
		t.Errorf("got %+v of %+v", flipped.set.Train, p.set.Train)
	}
	if (Pairs{}).Flipped().set.Train != nil {
		t.Error("no pairs became some")
	}
}

// A limit on held-out pairs removes the pairs' origin, since the run can't be replayed.
func TestHeldOutLimit(t *testing.T) {
	t.Setenv(cell.MaxHeldOut, "6")
	for _, name := range []string{"builtin", "helpfulness=0.5,harmlessness=0.5"} {
		p, err := load(t.Context(), name)
		if err != nil || len(p.set.HeldOut.Pairs) != 6 || p.set.Origin != nil || len(p.set.Train.Pairs) < 100 {
			t.Errorf("%s: %d pairs held out, named %+v, %v", name, len(p.set.HeldOut.Pairs), p.set.Origin, err)
		}
	}
	t.Setenv(cell.MaxHeldOut, "none")
	if _, err := load(t.Context(), "builtin"); err == nil {
		t.Error("not a number, and no error")
	}
}
