package plots

import (
	"fmt"
	"strings"
)

// Description is the figure in words, for those who can't see it: the panels' titles, and where each named line begins and ends.
func (f Figure) Description() string {
	var text []string
	for _, row := range f.panels {
		for _, p := range row {
			text = append(text, p.description())
		}
	}
	return strings.Join(text, " ")
}

func (p panel) description() string {
	var lines []string
	for _, l := range p.lines {
		if n := len(l.points); l.label != "" && n > 0 {
			lines = append(lines, fmt.Sprintf("%s from %.3g to %.3g", l.label, l.points[0].Y, l.points[n-1].Y))
		}
	}
	if lines == nil {
		return p.title + ": nothing to show yet."
	}
	return p.title + ": " + strings.Join(lines, ", ") + "."
}
