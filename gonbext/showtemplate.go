package gonbext

import (
	"context"
	"fmt"
	"html/template"
	"strings"

	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Template shows the exact text that the model sees of a pair: the chat template's control tokens in colour, the prompt
// once, and the two answers that can follow it.
func Template(p Pairs, i int) {
	cell(func(context.Context) error {
		pair, err := p.at(i)
		if err != nil {
			return err
		}
		model, err := baseModel()
		if err != nil {
			return err
		}
		tokens, _, err := model.Chat.Pair(pair)
		if err != nil {
			return err
		}
		r := rendered{special: map[int32]string{}, tok: model.Tokenizer}
		for _, s := range model.Tokenizer.Specials() {
			r.special[s.ID] = s.Text
		}
		r.add("prompt", tokens.Prompt)
		r.add("chosen answer", tokens.Chosen)
		r.add("rejected answer", tokens.Rejected)
		show(&r)
		return nil
	})
}

// rendered is a pair as the model sees it, in parts.
type rendered struct {
	tok     *tokenizer.Tokenizer
	special map[int32]string
	Parts   []part
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

func (r *rendered) add(name string, ids []int32) {
	p := part{Name: name, Tokens: len(ids)}
	start := 0
	text := func(end int) {
		if end > start {
			p.Pieces = append(p.Pieces, piece{Text: r.tok.Decode(ids[start:end], false)})
		}
	}
	for i, id := range ids {
		if control, ok := r.special[id]; ok {
			text(i)
			p.Pieces = append(p.Pieces, piece{control, true})
			start = i + 1
		}
	}
	text(len(ids))
	r.Parts = append(r.Parts, p)
}

var renderedTemplate = template.Must(template.New("rendered").Parse(`<div class="mathjax_ignore">
{{- range .Parts}}<div style="margin:6px 0"><b>{{.Name}}</b>, {{.Tokens}} tokens
<div style="white-space:pre-wrap;font-family:monospace;border-left:3px solid #888;padding-left:8px">{{range .Pieces}}{{if .Control}}<span style="color:#d55e00;font-weight:bold">{{.Text}}</span>{{else}}{{.Text}}{{end}}{{end}}</div></div>{{end -}}
</div>`))

func (r *rendered) HTML() template.HTML { return render(renderedTemplate, r) }

func (r *rendered) Text() string {
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
