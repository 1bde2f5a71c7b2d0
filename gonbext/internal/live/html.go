package live

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/output"
)

var runTemplate = template.Must(template.New("run").Parse(`<div class="dpo-live mathjax_ignore" style="max-width:1100px">
{{- with .Device}}<div style="opacity:.75">{{.}}</div>{{end -}}
{{- if .Bar}}<div style="background:#d9dde3;height:6px;border-radius:3px;margin:6px 0"><div style="background:#0072b2;height:6px;border-radius:3px;width:{{.Percent}}%"></div></div>{{end -}}
<div style="margin:4px 0"><b>{{.Headline}}</b>{{range .Metrics}} · {{.}}{{end}}</div>
{{- with .HeldOut}}<div style="margin:4px 0">{{.}}</div>{{end -}}
{{- with .Activity}}<div style="margin:4px 0;font-style:italic">{{.}}</div>{{end -}}
{{.Notes -}}
{{- with .Picture}}<img src="{{.}}" alt="loss, rewards, accuracy and log-probabilities so far" style="width:100%;aspect-ratio:11/7;background:white">{{end -}}
{{.Answers}}</div>`))

// HTML renders the run at a moment.
func (p *Progress) HTML(now time.Time) template.HTML {
	if p.state == neverStarted {
		return ""
	}
	var answers template.HTML
	if len(p.answers) > 0 {
		answers = answersTable(p.sampledAt, p.answers).HTML()
	}
	return output.Render(runTemplate, map[string]any{
		"Device": p.device(), "Bar": p.begin.Backend != "" || p.state == finished, "Percent": p.percent(),
		"Headline": p.headline(), "Metrics": p.lastMetrics(), "HeldOut": p.lastEvaluation(), "Activity": p.activityLine(now),
		"Notes": output.Notes(p.notes).HTML(), "Picture": p.picture, "Answers": answers,
	})
}

func (p *Progress) percent() int {
	if p.state == finished {
		return 100
	}
	return 100 * p.last.Step / max(1, p.begin.Config.MaxSteps)
}

// device is the line with the model, the backend and the data.
func (p *Progress) device() string {
	text := modelAndData(p.begin)
	if text == "" {
		return ""
	}
	if p.begin.Expected != "" {
		text += "; expected: " + p.begin.Expected
	}
	if p.begin.Mix != nil {
		text += "; " + p.begin.Mix.String()
	}
	return text
}

func modelAndData(b train.Begin) string {
	if b.Backend == "" {
		return ""
	}
	what := "pairs"
	if b.Single {
		what = "answers"
	}
	return fmt.Sprintf("%s on %s; %d training %s, %d held out", b.Model, b.Backend, b.Pairs, what, b.HeldOut)
}

func (p *Progress) headline() string {
	switch {
	case p.summary != "":
		return p.summary
	case p.state == ended:
		return fmt.Sprintf("Ended after step %d of %d", p.last.Step, p.begin.Config.MaxSteps)
	case p.begin.Backend == "":
		return "Preparing"
	default:
		return fmt.Sprintf("Step %d of %d", p.last.Step, p.begin.Config.MaxSteps)
	}
}

// lastMetrics is the last step's metrics and the speed, nil before the first step.
func (p *Progress) lastMetrics() []string {
	if p.steps == 0 {
		return nil
	}
	list := figures(p.last.PairMeans)
	if pairs, left := p.speed(); pairs != "" {
		list = append(list, pairs, left)
	}
	return list
}

// figures are those of a step or an evaluation.
func figures(m metrics.PairMeans) []string {
	loss := fmt.Sprintf("loss %.4f", m.Loss)
	if m.FineTuning != nil {
		return []string{loss, fmt.Sprintf("token accuracy %.0f %%", 100*m.FineTuning.MeanTokenAccuracy)}
	}
	if math.IsNaN(m.RewardsAccuracies) { // single answers
		return []string{loss, m.AnswerRewards()}
	}
	return []string{loss, fmt.Sprintf("margin %+.4f", m.RewardsMargins), fmt.Sprintf("accuracy %.0f %%", 100*m.RewardsAccuracies)}
}

func (p *Progress) lastEvaluation() string {
	e := p.heldOut
	if e.Step == 0 {
		return ""
	}
	what := "pairs"
	if e.FineTuning != nil {
		what = "answers"
	}
	text := fmt.Sprintf("Held-out %s after step %d: %s", what, e.Step, strings.Join(figures(e.PairMeans), ", "))
	if e.Guards != nil {
		text += "; " + e.Guards.String()
	}
	for i, o := range e.Objectives {
		text += fmt.Sprintf("%s %s %.0f %%", []string{"; by objective:", ","}[min(i, 1)], o.Name, 100*o.RewardsAccuracies)
	}
	return text
}

// activityLine is the activity and how long it has taken.
func (p *Progress) activityLine(now time.Time) string {
	if p.activity == "" {
		return ""
	}
	return fmt.Sprintf("%s … %s", output.Capitalize(p.activity), output.Duration(now.Sub(p.since)))
}

func answersTable(step int, answers []train.Answer) output.Table {
	t := output.Table{Caption: fmt.Sprintf("The model's answers after step %d", step), Columns: []string{"prompt", "answer"}}
	for _, answer := range answers {
		t.Add(answer.Prompt, answer.Text)
	}
	return t
}
