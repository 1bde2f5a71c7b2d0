package recordfile

import (
	"fmt"
)

// A Place is the position of a record in its file.
type Place struct {
	Unit   string // preference.UnitLine, UnitElement or UnitRow
	Number int    // 0-based, counted in Unit
	Line   int    // 1-based line of an element, or 0
}

func (p Place) String() string {
	text := fmt.Sprintf("%s %d", p.Unit, p.Number+1)
	if p.Line > 0 {
		text += fmt.Sprintf(" (line %d)", p.Line)
	}
	return text
}

// ErrorAt puts the place of a record before its error. The name of the file
// goes before that.
func ErrorAt(at fmt.Stringer, err error) error { return fmt.Errorf(", %s: %w", at, err) }

// A Noun is what the parts of a record are called.
type Noun string

// The nouns.
const (
	Field  Noun = "field"  // of a JSON object
	Column Noun = "column" // of a table
)

// Of names one part: field "chosen".
func (n Noun) Of(name string) string { return fmt.Sprintf("%s %q", string(n), name) }
