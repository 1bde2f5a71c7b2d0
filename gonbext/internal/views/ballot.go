package views

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/scripts"
)

// Ballot shows answers to rank. Its buttons write the line to run next into the page, which needs no connection to the
// kernel. If the page has a connection, they save the ranking.
type Ballot struct {
	ID, Prompt string
	Call       string // the line to run, up to the order
	Answers    []string
	Before     string // the rater's previous order, or ""
	Position   string // in the session: "prompt 2 of 3"
	Address    string // where the page sends button presses, or ""
}

// NewBallot shows the answers in a file of rankings to a rater, "" for the default one.
func NewBallot(d ranking.Candidates, rater, file string) Ballot {
	b := Ballot{ID: "dpo-rank-" + gonbui.UniqueId(), Prompt: d.Prompt, Call: fmt.Sprintf("gonbext.Ranked(%q, ", file)}
	if rater != "" {
		b.Call = fmt.Sprintf("gonbext.Rater(%q).Ranked(%q, ", rater, file)
	}
	for _, answer := range d.Answers {
		b.Answers = append(b.Answers, answer.Text)
	}
	return b
}

var ballotTemplate = template.Must(template.New("ballot").Funcs(template.FuncMap{"next": func(i int) int { return i + 1 }, "lines": output.Lines}).Parse(
	`<div id="{{.ID}}" class="mathjax_ignore"><div style="margin:4px 0"><b>{{.Prompt}}</b>{{if .Position}} <span style="opacity:.6">{{.Position}}</span>{{end}}</div>
<table style="text-align:left"><thead><tr><th>#</th><th style="text-align:left">answer</th><th></th></tr></thead><tbody>
{{- range $i, $answer := .Answers}}<tr><td style="vertical-align:top"><b>{{next $i}}</b></td><td style="text-align:left;vertical-align:top;white-space:pre-wrap;max-width:50em">{{lines $answer}}</td><td data-answer="{{next $i}}" style="vertical-align:top;white-space:nowrap"></td></tr>{{end -}}
</tbody></table>
<div class="dpo-press" style="margin:4px 0"></div>
<div class="dpo-how">{{if .Before}}Your ranking so far: {{.Before}}. A new ranking replaces it.{{else}}Rank them in the next cell, best first.{{end}} <code class="dpo-line">{{.Call}}{{.Example}})</code></div></div>
<script>(` + "{{.Script}}" + `)({{.ID}}, {{.Call}}, {{.Address}});</script>`))

// Script is the buttons' JavaScript.
func (b Ballot) Script() template.JS { return scripts.Ranking() }

// Example is a valid order of the answers, quoted.
func (b Ballot) Example() string {
	ranks := make([]int, len(b.Answers))
	for i := range ranks {
		ranks[i] = i + 1
	}
	return fmt.Sprintf("%q", ranking.FormatOrder(ranks))
}

// HTML renders a table of the answers, with buttons.
func (b Ballot) HTML() template.HTML { return output.Render(ballotTemplate, b) }

// Text lists the answers and the line to run.
func (b Ballot) Text() string {
	var text strings.Builder
	fmt.Fprintln(&text, b.Prompt)
	for i, answer := range b.Answers {
		fmt.Fprintf(&text, "\n%d: %s\n", i+1, answer)
	}
	if b.Before != "" {
		fmt.Fprintf(&text, "\nYour ranking so far: %s\n", b.Before)
	}
	fmt.Fprintf(&text, "\nRank them, best first, with = between ties, or as \"all bad\": %s%s)\n", b.Call, b.Example())
	return text.String()
}
