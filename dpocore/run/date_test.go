package run

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

// TestDateNotRecorded: where an earlier version recorded no date, the refusal of other tokens names it as a cause; elsewhere it
// can't be one.
func TestDateNotRecorded(t *testing.T) {
	for recordedDate, want := range map[string]string{"": "which it did not record, has changed since it began; give the date of that day with --date", "2026-11-29": "a text or their order has changed since it began"} {
		dir := t.TempDir()
		recorded := Record{Config: config.Default(), Train: DataFacts{Source: "pairs.jsonl", Pairs: 3, Tokens: "a"}}
		recorded.Config.Date = recordedDate
		if err := recorded.Write(dir); err != nil {
			t.Fatal(err)
		}
		mine := recorded
		mine.Config.Date, mine.Train.Tokens = "2026-11-29", "b"
		if _, _, err := Claim(dir, &mine, false, func(string) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("recorded %q: %v, want %q", recordedDate, err, want)
		}
	}
}
