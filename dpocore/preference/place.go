package preference

import "fmt"

// What a pair's Line counts.
const (
	unitLine    = "line"
	unitElement = "element"
	unitRow     = "row"
)

// A place is where a record stands in its file.
type place struct {
	unit   string
	number int // 0-based
	line   int // 1-based line of an element, or 0
}

func (p place) String() string {
	text := fmt.Sprintf("%s %d", p.unit, p.number+1)
	if p.line > 0 {
		text += fmt.Sprintf(" (line %d)", p.line)
	}
	return text
}

// A noun is what the parts of a record are called: the fields of a JSON
// object, the columns of a table.
type noun string

const (
	field  noun = "field"
	column noun = "column"
)

// of names one part, as in: field "chosen".
func (n noun) of(name string) string { return fmt.Sprintf("%s %q", string(n), name) }
