package output

import (
	"fmt"
	"html/template"
)

// Kind is the severity of a box, and its class in HTML: programs find errors in a saved notebook by it.
type Kind string

// The kinds of a box.
const (
	Error Kind = "dpo-error" // the cell ends here
	Note  Kind = "dpo-note"  // worth reading
	Done  Kind = "dpo-done"  // success
)

// Box is one sentence on a coloured background.
type Box struct {
	Kind    Kind
	Message string
}

// Notef is a box of kind [Note].
func Notef(format string, args ...any) Box { return Box{Note, fmt.Sprintf(format, args...)} }

// Donef is a box of kind [Done].
func Donef(format string, args ...any) Box { return Box{Done, fmt.Sprintf(format, args...)} }

var boxTemplate = template.Must(template.New("box").Parse(
	`<div class="{{.Class}} mathjax_ignore" style="background:{{.Back}};color:#1b1b1b;border-left:5px solid {{.Edge}};padding:8px 12px;margin:4px 0;white-space:pre-wrap">{{.Text}}</div>`))

// HTML renders the box.
func (b Box) HTML() template.HTML {
	colours := map[Kind][2]string{Error: {"#fde8e6", "#c62828"}, Note: {"#fff6dd", "#e0a100"}, Done: {"#e7f4e8", "#2e7d32"}}[b.Kind]
	return Render(boxTemplate, map[string]any{
		"Class": string(b.Kind), "Back": template.CSS(colours[0]), "Edge": template.CSS(colours[1]), "Text": Lines(InCell(b.Message)),
	})
}

// Text is the message, marked as an error or a note.
func (b Box) Text() string {
	switch b.Kind {
	case Error:
		return "Error: " + InCell(b.Message)
	case Note:
		return "Note: " + InCell(b.Message)
	default:
		return InCell(b.Message)
	}
}
