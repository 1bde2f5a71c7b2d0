package views

import (
	"fmt"
	"html/template"
	"strings"

	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Rendered is a pair as the model sees it: the prompt and both answers, with the chat template's control tokens.
type Rendered struct {
	tokenizer *tokenizer.Tokenizer
	control   map[int32]string
	Parts     []part
}

type part struct {
	Name   string
	Tokens int
	Pieces []piece
}

// piece is text, or a control token.
type piece struct {
	Text    string
	Control bool
}

// NewRendered has no parts.
func NewRendered(tok *tokenizer.Tokenizer) *Rendered {
	r := &Rendered{control: map[int32]string{}, tokenizer: tok}
	for _, s := range tok.Specials() {
		r.control[s.ID] = s.Text
	}
	return r
}

// Add appends a part.
func (r *Rendered) Add(name string, ids []int32) {
	p := part{Name: name, Tokens: len(ids)}
	start := 0
	addText := func(end int) {
		if end > start {
			p.Pieces = append(p.Pieces, piece{Text: r.tokenizer.Decode(ids[start:end], false)})
		}
	}
	for i, id := range ids {
		if control, ok := r.control[id]; ok {
			addText(i)
			p.Pieces = append(p.Pieces, piece{control, true})
			start = i + 1
		}
	}
	addText(len(ids))
	r.Parts = append(r.Parts, p)
}

var renderedTemplate = template.Must(template.New("rendered").Funcs(template.FuncMap{"lines": output.Lines}).Parse(`<div class="mathjax_ignore">
{{- range .Parts}}<div style="margin:6px 0"><b>{{.Name}}</b>, {{.Tokens}} tokens
<div style="white-space:pre-wrap;font-family:monospace;border-left:3px solid #888;padding-left:8px">{{range .Pieces}}{{if .Control}}<span style="color:#d55e00;font-weight:bold">{{.Text}}</span>{{else}}{{lines .Text}}{{end}}{{end}}</div></div>{{end -}}
</div>`))

// HTML renders the parts with the control tokens in colour.
func (r *Rendered) HTML() template.HTML { return output.Render(renderedTemplate, r) }

// Text renders the parts.
func (r *Rendered) Text() string {
	var b strings.Builder
	for _, part := range r.Parts {
		fmt.Fprintf(&b, "%s, %d tokens:\n", part.Name, part.Tokens)
		for _, piece := range part.Pieces {
			b.WriteString(piece.Text)
		}
		b.WriteString("\n\n")
	}
	return b.String()
}
