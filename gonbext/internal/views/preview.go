package views

import (
	"fmt"
	"html/template"
	"strings"

	"example.com/gonb-dpo/dpocore/preview"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// SideBySide shows one pair: both answers with their differing words marked, and the text that the model sees.
type SideBySide struct{ preview.Pair }

var sideBySideTemplate = template.Must(template.New("side by side").Funcs(template.FuncMap{"lines": output.Lines}).Parse(`<div class="mathjax_ignore" style="margin:10px 0;max-width:76em">
<div style="color:#777">{{.Where}}</div><div style="white-space:pre-wrap;margin:4px 0"><b>{{lines .Prompt}}</b></div>
<table style="table-layout:fixed;width:100%;text-align:left"><thead><tr>
{{- range .Answers}}<th style="text-align:left">{{.Name}}, {{.Tokens}} tokens</th>{{end -}}
</tr></thead><tbody><tr>
{{- range .Answers}}<td style="text-align:left;vertical-align:top;white-space:pre-wrap">{{$back := .Back}}{{range .Words}}{{if .Differs}}<b style="background:{{$back}};color:#1b1b1b;font-weight:normal">{{.Text}}</b>{{else}}{{.Text}}{{end}}{{lines .Space}}{{end}}</td>{{end -}}
</tr></tbody></table>
<details><summary>what the model sees</summary>
{{- range .Seen}}<div style="margin:6px 0"><b>{{.Name}}</b>, {{.Tokens}} tokens
<div style="white-space:pre-wrap;font-family:monospace;border-left:3px solid #888;padding-left:8px">{{range .Pieces}}{{if .Control}}<span style="color:#d55e00;font-weight:bold">{{.Text}}</span>{{else}}{{lines .Text}}{{end}}{{end}}</div></div>{{end -}}
</details></div>`))

// answer is a column of the template.
type answer struct {
	Name   string
	Tokens int
	Words  []preview.Word
	Back   template.CSS
}

// HTML renders the pair as a table.
func (s SideBySide) HTML() template.HTML {
	answers := []answer{
		{s.Seen[1].Name, s.Seen[1].Tokens, s.Chosen, "#d7efd9"},
		{s.Seen[2].Name, s.Seen[2].Tokens, s.Rejected, "#fbdedb"},
	}
	return output.Render(sideBySideTemplate, map[string]any{"Where": s.Where, "Prompt": s.Prompt, "Answers": answers, "Seen": s.Seen})
}

// Text renders the pair with the differing words in «».
func (s SideBySide) Text() string {
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

// Lengths is a histogram of the pairs' lengths in tokens.
type Lengths struct{ preview.Histogram }

var histogramTemplate = template.Must(template.New("histogram").Parse(`<div class="mathjax_ignore" style="margin:10px 0">{{.Caption}}
{{- range .Bars}}<div style="display:flex;align-items:center;gap:8px;line-height:1.3"><span style="width:7em;text-align:right;font-family:monospace">{{.Label}}:</span> <span style="background:#0072b2;height:0.9em;width:{{.Width}}em"></span>{{.Count}}</div>{{end -}}
</div>`))

// bar is a row of the template; its width is in em.
type bar struct {
	Label string
	Count int
	Width float64
}

// HTML renders a bar per bin.
func (h Lengths) HTML() template.HTML {
	const widest = 30
	var bars []bar
	for i := h.First(); i < len(h.Counts); i++ {
		bars = append(bars, bar{h.Label(i), h.Counts[i], widest * h.Share(i)})
	}
	return output.Render(histogramTemplate, map[string]any{"Caption": h.Caption(), "Bars": bars})
}
