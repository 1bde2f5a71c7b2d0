package legend

import (
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Entries share rows as far as they have room, and a label that is wider than a row loses its start.
func TestRows(t *testing.T) {
	style := text.Style{Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: 10.5}, Handler: plot.DefaultTextHandler}
	entries := []Entry{{Label: "chosen"}, {Label: "rejected"}, {Label: "a/very/long/folder/of/runs/beta-0.3"}}
	wide := 3*(sampleWidth+sampleGap+entryGap) + style.Width("chosen") + style.Width("rejected") + style.Width(entries[2].Label)
	if rows := Rows(entries, wide, style); len(rows) != 1 {
		t.Errorf("%d rows where one has room", len(rows))
	}
	const narrow = vg.Length(130)
	rows := Rows(entries, narrow, style)
	if len(rows) != 3 {
		t.Fatalf("%d rows of %g points, want one per entry", len(rows), narrow)
	}
	last := rows[2][0].Label
	if sampleWidth+sampleGap+style.Width(last) > narrow || !strings.HasPrefix(last, "…") || !strings.HasSuffix(last, "/beta-0.3") {
		t.Errorf("the long label became %q", last)
	}
	many := slices.Repeat(entries[:1], 33)
	rows = Rows(many, narrow, style)
	if last := rows[len(rows)-1]; last[len(last)-1].Label != "and 3 more" || len(slices.Concat(rows...)) != 31 || len(slices.Concat(Rows(many[:30], narrow, style)...)) != 30 {
		t.Errorf("33 entries give %d, the last %v", len(slices.Concat(rows...)), last)
	}
	if rows := Rows(nil, narrow, style); len(rows) != 0 {
		t.Errorf("no entries give %d rows", len(rows))
	}
}
