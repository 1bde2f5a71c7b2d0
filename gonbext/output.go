package gonbext

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
)

// content is what a cell shows: as HTML in a notebook, as text elsewhere.
type content interface {
	HTML() template.HTML
	Text() string
}

// printed takes the text of everything that is shown outside a notebook.
var printed io.Writer = os.Stdout

// show adds an output to the cell.
func show(c content) {
	if gonbui.IsNotebook {
		gonbui.DisplayHTML(string(c.HTML()))
		return
	}
	fmt.Fprintln(printed, strings.TrimRight(c.Text(), "\n"))
}

// several are shown below each other, as one output.
type several []content

func (s several) HTML() template.HTML {
	var all template.HTML
	for _, c := range s {
		all += c.HTML()
	}
	return all
}

func (s several) Text() string {
	var all []string
	for _, c := range s {
		all = append(all, strings.TrimRight(c.Text(), "\n"))
	}
	return strings.Join(all, "\n\n")
}

// paragraph is plain text.
type paragraph string

var paragraphTemplate = template.Must(template.New("paragraph").Parse(`<p class="mathjax_ignore" style="max-width:60em">{{.}}</p>`))

func (p paragraph) HTML() template.HTML { return render(paragraphTemplate, string(p)) }
func (p paragraph) Text() string        { return string(p) }

// render fills in a template, which escapes what it is given. The templates are this package's own and can't fail but
// by a fault in them.
func render(t *template.Template, data any) template.HTML {
	var filled bytes.Buffer
	if err := t.Execute(&filled, data); err != nil {
		panic(fmt.Sprintf("fill in the template %s: %v", t.Name(), err))
	}
	return template.HTML(filled.String())
}
