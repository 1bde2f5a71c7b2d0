// Package legend breaks a panel's legend into rows, and draws them.
package legend

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An Entry is one sample in a legend with its label. The entry "and 5 more" has no sample.
type Entry struct {
	Label  string
	Sample plot.Thumbnailer
}

// A legend is rows between title and axes, where it can't cover the data.
const (
	sampleWidth = vg.Length(20)
	sampleGap   = vg.Length(5)  // between a sample and its label
	entryGap    = vg.Length(16) // between two entries

	RowHeight = vg.Length(15)
)

// maxEntries is the maximum number of named entries: more than that would leave no room for the data.
const maxEntries = 30

// Rows breaks the entries into rows of at most the width given, with labels in a style. Of many entries the last says how many more there are.
func Rows(entries []Entry, width vg.Length, style text.Style) [][]Entry {
	if more := len(entries) - maxEntries; more > 0 {
		entries = append(slices.Clone(entries[:maxEntries]), Entry{Label: fmt.Sprintf("and %d more", more)})
	}
	var rows [][]Entry
	left := vg.Length(0)
	for _, e := range entries {
		e.Label = shortened(e.Label, style, width-sampleWidth-sampleGap)
		need := sampleWidth + sampleGap + style.Width(e.Label)
		if len(rows) == 0 || left < need {
			rows = append(rows, nil)
			left = width
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		left -= need + entryGap
	}
	return rows
}

// shortened cuts the start of a label that is wider than width, since paths of runs differ at the end.
func shortened(label string, style text.Style, width vg.Length) string {
	label = strings.Join(strings.Fields(label), " ") // no line breaks
	if style.Width(label) <= width {
		return label
	}
	runes := []rune(label)
	for len(runes) > 1 && style.Width("…"+string(runes)) > width {
		runes = runes[1:]
	}
	return "…" + string(runes)
}

// Draw draws the rows below the upper left corner.
func Draw(c draw.Canvas, corner vg.Point, rows [][]Entry, style text.Style) {
	style.YAlign = draw.YCenter
	for i, row := range rows {
		x, y := corner.X, corner.Y-RowHeight*(vg.Length(i)+0.5)
		for _, e := range row {
			if e.Sample != nil {
				e.Sample.Thumbnail(&draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: x, Y: y - 4}, Max: vg.Point{X: x + sampleWidth, Y: y + 4},
				}})
			}
			c.FillText(style, vg.Point{X: x + sampleWidth + sampleGap, Y: y + 1}, e.Label) // 1: optical centre of lower-case letters
			x += sampleWidth + sampleGap + style.Width(e.Label) + entryGap
		}
	}
}
