package views

import (
	"html/template"

	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Diagnosis is the full diagnosis of a run.
type Diagnosis struct{ diagnose.Diagnosis }

var diagnosisTemplate = template.Must(template.New("diagnosis").Funcs(template.FuncMap{"inCell": output.InCell}).Parse(`<table class="mathjax_ignore" style="text-align:left">
{{- range .}}<tr><th colspan="3" style="text-align:left">{{.Question}}</th></tr>
{{- range .Findings}}<tr><td style="vertical-align:top">{{.Mark}}</td><td style="text-align:left;vertical-align:top;max-width:34em"><b>{{.Cause}}</b> {{.Evidence}}</td><td style="text-align:left;vertical-align:top;max-width:34em">{{.Remedy | inCell}}</td></tr>{{end}}{{end -}}
</table>`))

func (d Diagnosis) verdict() output.Box {
	for _, mark := range []diagnose.Mark{diagnose.Problem, diagnose.Warning, diagnose.Unknown} {
		if d.Has(mark) {
			return output.Box{Kind: output.Note, Message: d.Verdict()}
		}
	}
	return output.Box{Kind: output.Done, Message: d.Verdict()}
}

// HTML renders the verdict and a table of all findings.
func (d Diagnosis) HTML() template.HTML {
	return d.verdict().HTML() + output.Render(diagnosisTemplate, d.Diagnosis)
}

// Text is the diagnosis as the command prints it, in the words of cells.
func (d Diagnosis) Text() string { return output.InCell(d.String()) }

// Complaints is the part of a diagnosis that a run shows when it ends: findings to act on.
type Complaints struct {
	dir     string
	list    []diagnose.Finding
	unknown bool // some rules lacked data
}

// ComplaintsOf diagnoses a run that has just ended.
func ComplaintsOf(dir string) (Complaints, error) {
	run, err := diagnose.Read(dir)
	if err != nil {
		return Complaints{}, err
	}
	d := run.Diagnose()
	return Complaints{dir, d.Actionable(), d.Has(diagnose.Unknown)}, nil
}

func (c Complaints) content() output.Content {
	more := " gonbext.Diagnose(\"" + c.dir + "\") shows every check."
	switch {
	case len(c.list) == 0 && c.unknown:
		return output.Box{Kind: output.Note, Message: "No problems found in this run's metrics, but not every check had the data it needs." + more}
	case len(c.list) == 0:
		return output.Box{Kind: output.Done, Message: "No problems found in this run's metrics." + more}
	}
	var all output.Stack
	for _, f := range c.list {
		all = append(all, output.Box{Kind: output.Note, Message: f.Cause + " " + f.Evidence + " → " + f.Remedy})
	}
	return all
}

// HTML renders a box per finding, or one box if there are none.
func (c Complaints) HTML() template.HTML { return c.content().HTML() }

// Text renders a line per finding, or one line if there are none.
func (c Complaints) Text() string { return c.content().Text() }
