package gonbext

import (
	"fmt"
	"html/template"
	"time"

	"example.com/gonb-dpo/dpocore/train"
)

var liveTemplate = template.Must(template.New("live").Parse(`<div class="dpo-live mathjax_ignore" style="max-width:1100px">
{{- with .Device}}<div style="opacity:.75">{{.}}</div>{{end -}}
{{- if .Bar}}<div style="background:#d9dde3;height:6px;border-radius:3px;margin:6px 0"><div style="background:#0072b2;height:6px;border-radius:3px;width:{{.Percent}}%"></div></div>{{end -}}
<div style="margin:4px 0"><b>{{.Headline}}</b>{{range .Facts}} · {{.}}{{end}}</div>
{{- with .Held}}<div style="margin:4px 0">{{.}}</div>{{end -}}
{{- with .Doing}}<div style="margin:4px 0;font-style:italic">{{.}}</div>{{end -}}
{{range .Notes}}{{.}}{{end -}}
{{- with .Picture}}<img src="{{.}}" alt="loss, rewards, accuracy and log-probabilities so far" style="width:100%;aspect-ratio:11/7;background:white">{{end -}}
{{.Answers}}</div>`))

// HTML is the whole view at a moment.
func (p *progress) HTML(now time.Time) template.HTML {
	if p.ended == neverBegun {
		return ""
	}
	var notes []template.HTML
	for _, note := range p.notes {
		notes = append(notes, box{noteBox, note}.HTML())
	}
	var answers template.HTML
	if len(p.answers) > 0 {
		answers = answersTable(p.sampledAt, p.answers).HTML()
	}
	return render(liveTemplate, map[string]any{
		"Device": p.device(), "Bar": p.begin.Backend != "" || p.ended == endedWell, "Percent": p.percent(),
		"Headline": p.headline(), "Facts": p.facts(), "Held": p.heldOut(), "Doing": p.activity(now),
		"Notes": notes, "Picture": p.picture, "Answers": answers,
	})
}

func (p *progress) percent() int {
	if p.ended == endedWell {
		return 100
	}
	return 100 * p.last.Step / max(1, p.begin.Config.MaxSteps)
}

// device is the one line that says what trains and on what.
func (p *progress) device() string {
	if p.begin.Backend == "" {
		return ""
	}
	text := fmt.Sprintf("%s on %s; %d pairs to learn from, %d held out", p.begin.Model, p.begin.Backend, p.begin.Pairs, p.begin.HeldOut)
	if p.begin.Expected != "" {
		text += "; expected: " + p.begin.Expected
	}
	if p.begin.Mix != nil {
		text += "; " + p.begin.Mix.String()
	}
	return text
}

func (p *progress) headline() string {
	switch {
	case p.summary != "":
		return p.summary
	case p.ended == endedEarly:
		return fmt.Sprintf("Ended after step %d of %d", p.last.Step, p.begin.Config.MaxSteps)
	case p.begin.Backend == "":
		return "Getting ready"
	default:
		return fmt.Sprintf("Step %d of %d", p.last.Step, p.begin.Config.MaxSteps)
	}
}

// facts are the figures of the last step that this process has seen.
func (p *progress) facts() []string {
	if p.made == 0 {
		return nil
	}
	facts := []string{
		fmt.Sprintf("loss %.4f", p.last.Loss), fmt.Sprintf("margin %+.4f", p.last.RewardsMargins),
		fmt.Sprintf("accuracy %.0f %%", 100*p.last.RewardsAccuracies),
	}
	if pairs, left := p.speed(); pairs != "" {
		facts = append(facts, pairs, left)
	}
	return facts
}

func (p *progress) heldOut() string {
	if p.held.Step == 0 {
		return ""
	}
	text := fmt.Sprintf("Held-out pairs after step %d: loss %.4f, margin %+.4f, accuracy %.0f %%", p.held.Step, p.held.Loss, p.held.RewardsMargins, 100*p.held.RewardsAccuracies)
	for i, o := range p.held.Objectives {
		text += fmt.Sprintf("%s %s %.0f %%", []string{"; of these", ","}[min(i, 1)], o.Name, 100*o.RewardsAccuracies)
	}
	return text
}

// activity says what goes on other than training, and for how long; what takes a moment is not worth a line.
func (p *progress) activity(now time.Time) string {
	if p.doing == "" {
		return ""
	}
	return fmt.Sprintf("%s … %s", capital(p.doing), duration(now.Sub(p.since)))
}

func answersTable(step int, answers []train.Answer) table {
	t := table{caption: fmt.Sprintf("What the model answers after step %d", step), columns: []string{"prompt", "answer"}}
	for _, answer := range answers {
		t.rows = append(t.rows, []string{answer.Prompt, answer.Text})
	}
	return t
}
