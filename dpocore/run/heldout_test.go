package run

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

// Other held-out pairs at resume are noted, and refused if they decide when the run stops.
func TestOtherHeldOutPairs(t *testing.T) {
	first := &DataFacts{Source: "first.jsonl", Pairs: 3, Tokens: "a"}
	for _, c := range []struct {
		earlyStopping int
		mine          *DataFacts
		said, refused string
	}{
		{0, first, "", ""},
		{2, first, "", ""},
		{0, &DataFacts{Source: "other.jsonl", Pairs: 3, Tokens: "b"}, "its 3 held-out pairs are those of first.jsonl, this run's are those of other.jsonl", ""},
		{0, nil, "it has 3 held-out pairs of first.jsonl, this run has 0 of no file", ""},
		{2, &DataFacts{Source: "other.jsonl", Pairs: 3, Tokens: "b"}, "", "its 3 held-out pairs are those of first.jsonl, this run's are those of other.jsonl"},
	} {
		dir := t.TempDir()
		recorded := Record{Config: config.Default(), HeldOut: first}
		recorded.Config.EarlyStopping = c.earlyStopping
		if err := recorded.Write(dir); err != nil {
			t.Fatal(err)
		}
		mine := recorded
		mine.HeldOut = c.mine
		var notes []string
		release, _, err := Claim(dir, &mine, false, func(note string) { notes = append(notes, note) })
		if err == nil {
			release()
		}
		said := strings.Join(notes, " ")
		if (said == "") != (c.said == "") || !strings.Contains(said, c.said) {
			t.Errorf("%+v: notes %q lack %q", c.mine, said, c.said)
		}
		if (err == nil) != (c.refused == "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%+v: %v, want %q", c.mine, err, c.refused)
		}
	}
}
