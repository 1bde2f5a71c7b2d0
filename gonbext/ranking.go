package gonbext

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/judgement"
)

// ranking shows the answers to rank. Its buttons write the line to run next, in the page itself: for that they need no
// connection to the kernel, which not every notebook has. Where there is one and somebody listens, they save the ranking.
type ranking struct {
	ID, Prompt string
	Call       string // the line up to the order
	Answers    []string
	Before     string // the order that the rater gave before, or ""
	Left       string // where in a session this is
	Address    string // to which the page says what is pressed, or ""
}

func newRanking(d judgement.Drawing, rater Rater, file string) ranking {
	r := ranking{ID: "dpo-rank-" + gonbui.UniqueId(), Prompt: d.Prompt, Call: fmt.Sprintf("gonbext.Ranked(%q, ", file)}
	if rater != "" {
		r.Call = fmt.Sprintf("gonbext.Rater(%q).Ranked(%q, ", string(rater), file)
	}
	for _, answer := range d.Answers {
		r.Answers = append(r.Answers, answer.Text)
	}
	return r
}

//go:embed ranking.js
var rankingScript string

var rankingTemplate = template.Must(template.New("ranking").Funcs(template.FuncMap{"next": func(i int) int { return i + 1 }}).Parse(
	`<div id="{{.ID}}" class="mathjax_ignore"><div style="margin:4px 0"><b>{{.Prompt}}</b>{{if .Left}} <span style="opacity:.6">{{.Left}}</span>{{end}}</div>
<table style="text-align:left"><thead><tr><th>#</th><th style="text-align:left">answer</th><th></th></tr></thead><tbody>
{{- range $i, $answer := .Answers}}<tr><td style="vertical-align:top"><b>{{next $i}}</b></td><td style="text-align:left;vertical-align:top;white-space:pre-wrap;max-width:50em">{{$answer}}</td><td data-answer="{{next $i}}" style="vertical-align:top;white-space:nowrap"></td></tr>{{end -}}
</tbody></table>
<div class="dpo-press" style="margin:4px 0"></div>
<div class="dpo-how">{{if .Before}}You have ranked them: {{.Before}}. Another order takes its place.{{else}}Rank them in the next cell, the best first.{{end}} <code class="dpo-line">{{.Call}}{{.Example}})</code></div></div>
<script>(` + "{{.Script}}" + `)({{.ID}}, {{.Call}}, {{.Address}});</script>`))

// Script is the same for all rankings.
func (r ranking) Script() template.JS { return template.JS(strings.TrimSpace(rankingScript)) }

// Example is an order of the answers.
func (r ranking) Example() string {
	ranks := make([]int, len(r.Answers))
	for i := range ranks {
		ranks[i] = i + 1
	}
	return fmt.Sprintf("%q", judgement.Order(ranks))
}

func (r ranking) HTML() template.HTML { return render(rankingTemplate, r) }

func (r ranking) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Prompt)
	for i, answer := range r.Answers {
		fmt.Fprintf(&b, "\n%d: %s\n", i+1, answer)
	}
	if r.Before != "" {
		fmt.Fprintf(&b, "\nYou have ranked them: %s\n", r.Before)
	}
	fmt.Fprintf(&b, "\nRank them, the best first, with = between equally good ones, or as \"all bad\": %s%s)\n", r.Call, r.Example())
	return b.String()
}
