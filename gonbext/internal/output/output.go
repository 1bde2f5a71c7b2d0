// Package output renders what a cell shows: HTML in a notebook, plain text elsewhere.
//
// Start with [Content]. [Box], [Table] and [Paragraph] implement it; [Stack] joins several.
package output

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
)

// Content is what a cell shows.
type Content interface {
	HTML() template.HTML
	Text() string
}

// Stack is a list of contents, one below the other in a single output.
type Stack []Content

// HTML renders all contents in order.
func (s Stack) HTML() template.HTML {
	var all template.HTML
	for _, c := range s {
		all += c.HTML()
	}
	return all
}

// Text renders all contents in order, with an empty line between them.
func (s Stack) Text() string {
	var all []string
	for _, c := range s {
		all = append(all, strings.TrimRight(c.Text(), "\n"))
	}
	return strings.Join(all, "\n\n")
}

// Notes is a [Note] for each sentence.
func Notes(sentences []string) (boxes Stack) {
	for _, sentence := range sentences {
		boxes = append(boxes, Box{Note, sentence})
	}
	return boxes
}

// Paragraph is plain text.
type Paragraph string

var paragraphTemplate = template.Must(template.New("paragraph").Parse(`<p class="mathjax_ignore" style="max-width:60em">{{.}}</p>`))

// HTML renders the paragraph.
func (p Paragraph) HTML() template.HTML { return Render(paragraphTemplate, string(p)) }

// Text returns the paragraph.
func (p Paragraph) Text() string { return string(p) }

// Lines is text with a tag for each line break: a page that drops styles, as GitHub does of a saved notebook, keeps tags.
func Lines(text string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(text), "\n", "<br>"))
}

// Render executes a template, which escapes its data. Templates are constants of the program, so a failure is a bug and
// panics.
func Render(t *template.Template, data any) template.HTML {
	var filled bytes.Buffer
	if err := t.Execute(&filled, data); err != nil {
		panic(fmt.Sprintf("execute the template %s: %v", t.Name(), err))
	}
	return template.HTML(filled.String())
}
