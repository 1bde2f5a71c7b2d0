package gonbext

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"

	"example.com/gonb-dpo/dpocore/preview"
)

// mostMeasured is how many pairs Preview's histogram counts.
const mostMeasured = 2000

// Preview shows the first n pairs side by side, with the words marked in which the answers differ, then the exact text
// that the model sees of each, with its control tokens, and how long all pairs are in tokens.
func (p Pairs) Preview(n int) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		if p.train == nil || p.Len() == 0 {
			return nil, errors.New("there are no pairs to show; get some with gonbext.Load(\"builtin\")")
		}
		say("Counting tokens")
		model, err := baseModel()
		if err != nil {
			return nil, err
		}
		var shown several
		for _, pair := range p.train.Pairs[:max(0, min(n, p.Len()))] {
			one, err := preview.Of(pair, model.Chat, model.Tokenizer)
			if err != nil {
				return nil, err
			}
			shown = append(shown, sideBySide{one})
		}
		lengths, err := preview.Lengths(ctx, p.train, model.Chat, mostMeasured)
		if err != nil {
			return nil, err
		}
		return append(shown, histogram{lengths}), nil
	})
}

// sideBySide is one pair.
type sideBySide struct{ preview.Pair }

var sideBySideTemplate = template.Must(template.New("side by side").Parse(`<div class="mathjax_ignore" style="margin:10px 0;max-width:76em">
<div style="color:#777">{{.Where}}</div><div style="white-space:pre-wrap;margin:4px 0"><b>{{.Prompt}}</b></div>
<table style="table-layout:fixed;width:100%;text-align:left"><thead><tr>
{{- range .Answers}}<th style="text-align:left">{{.Name}}, {{.Tokens}} tokens</th>{{end -}}
</tr></thead><tbody><tr>
{{- range .Answers}}<td style="text-align:left;vertical-align:top;white-space:pre-wrap">{{$back := .Back}}{{range .Words}}{{if .Differs}}<mark style="background:{{$back}};color:#1b1b1b">{{.Text}}</mark>{{else}}{{.Text}}{{end}}{{.Space}}{{end}}</td>{{end -}}
</tr></tbody></table>
<details><summary>what the model sees</summary>
{{- range .Seen}}<div style="margin:6px 0"><b>{{.Name}}</b>, {{.Tokens}} tokens
<div style="white-space:pre-wrap;font-family:monospace;border-left:3px solid #888;padding-left:8px">{{range .Pieces}}{{if .Control}}<span style="color:#d55e00;font-weight:bold">{{.Text}}</span>{{else}}{{.Text}}{{end}}{{end}}</div></div>{{end -}}
</details></div>`))

// answer is a column of the template.
type answer struct {
	Name   string
	Tokens int
	Words  []preview.Word
	Back   template.CSS
}

func (s sideBySide) HTML() template.HTML {
	answers := []answer{
		{s.Seen[1].Name, s.Seen[1].Tokens, s.Chosen, "#d7efd9"},
		{s.Seen[2].Name, s.Seen[2].Tokens, s.Rejected, "#fbdedb"},
	}
	return render(sideBySideTemplate, map[string]any{"Where": s.Where, "Prompt": s.Prompt, "Answers": answers, "Seen": s.Seen})
}

func (s sideBySide) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nprompt: %s\n", s.Where, s.Prompt)
	for i, words := range [][]preview.Word{s.Chosen, s.Rejected} {
		fmt.Fprintf(&b, "\n%s, %d tokens: ", s.Seen[i+1].Name, s.Seen[i+1].Tokens)
		for _, word := range words {
			text := word.Text
			if word.Differs {
				text = "«" + text + "»"
			}
			b.WriteString(text + word.Space)
		}
		b.WriteString("\n")
	}
	b.WriteString("\nwhat the model sees:\n")
	for _, part := range s.Seen {
		fmt.Fprintf(&b, "[%s] ", part.Name)
		for _, piece := range part.Pieces {
			b.WriteString(piece.Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// histogram is how long the pairs are.
type histogram struct{ preview.Histogram }

var histogramTemplate = template.Must(template.New("histogram").Parse(`<div class="mathjax_ignore" style="margin:10px 0">{{.Caption}}
{{- range .Bars}}<div style="display:flex;align-items:center;gap:8px;line-height:1.3"><span style="width:7em;text-align:right;font-family:monospace">{{.Label}}</span><span style="background:#0072b2;height:0.9em;width:{{.Width}}em"></span>{{.Count}}</div>{{end -}}
</div>`))

// bar is a line of the template; its width is in letters.
type bar struct {
	Label string
	Count int
	Width float64
}

func (h histogram) HTML() template.HTML {
	const widest = 30
	var bars []bar
	for i := h.First(); i < len(h.Counts); i++ {
		bars = append(bars, bar{h.Label(i), h.Counts[i], widest * h.Share(i)})
	}
	return render(histogramTemplate, map[string]any{"Caption": h.Caption(), "Bars": bars})
}
