package dataview

import (
	"bytes"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preview"
)

// TestColumns: words are broken into columns, the marks count, and a word longer than a column is cut.
func TestColumns(t *testing.T) {
	var out bytes.Buffer
	p := page{out: &out, width: 12}
	left, _ := preview.Differences("one two three four\nfive "+strings.Repeat("x", 15), "one three four\nfive")
	var lines []string
	for _, line := range p.column("32", left) {
		lines = append(lines, line.painted)
	}
	if got, want := strings.Join(lines, "|"), "one «two»|three four|five|«xxxxxxxxxx»|«xxxxx»"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
