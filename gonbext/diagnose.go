package gonbext

import (
	"context"
	"html/template"

	"example.com/gonb-dpo/dpocore/diagnose"
)

// Diagnose looks at a finished run as one looks for trouble: did it learn, does it still write naturally, is it better
// than the base model. It reads the run's figures, the answers that Compare has kept, and what Evaluate and Fluency have
// measured.
func Diagnose(dir string) {
	cell(func(context.Context) error {
		if _, err := finishedRun(dir); err != nil {
			return err
		}
		run, err := diagnose.Read(dir)
		if err != nil {
			return err
		}
		show(diagnosis{run.Diagnose()})
		return nil
	})
}

// diagnosis is a diagnosis for reading.
type diagnosis struct{ diagnose.Diagnosis }

var diagnosisTemplate = template.Must(template.New("diagnosis").Parse(`<table class="mathjax_ignore" style="text-align:left">
{{- range .}}<tr><th colspan="3" style="text-align:left">{{.Question}}</th></tr>
{{- range .Findings}}<tr><td style="vertical-align:top">{{.Mark}}</td><td style="text-align:left;vertical-align:top;max-width:34em"><b>{{.Cause}}</b> {{.Evidence}}</td><td style="text-align:left;vertical-align:top;max-width:34em">{{.Remedy}}</td></tr>{{end}}{{end -}}
</table>`))

func (d diagnosis) verdict() box {
	for _, mark := range []diagnose.Mark{diagnose.Wrong, diagnose.Look, diagnose.Unknown} {
		if d.Has(mark) {
			return box{noteBox, d.Verdict()}
		}
	}
	return box{doneBox, d.Verdict()}
}

func (d diagnosis) HTML() template.HTML {
	return d.verdict().HTML() + render(diagnosisTemplate, d.Diagnosis)
}

func (d diagnosis) Text() string { return d.String() }

// complaints are what a run shows of its diagnosis at its end: what asks for something.
type complaints struct {
	dir  string
	list []diagnose.Finding
	open bool // something could not be told
}

// complain looks at a run that has just ended.
func complain(dir string) (content, error) {
	run, err := diagnose.Read(dir)
	if err != nil {
		return nil, err
	}
	d := run.Diagnose()
	return complaints{dir, d.Complaints(), d.Has(diagnose.Unknown)}, nil
}

func (c complaints) content() content {
	more := " gonbext.Diagnose(\"" + c.dir + "\") tells what was looked at."
	switch {
	case len(c.list) == 0 && c.open:
		return box{noteBox, "Nothing wrong is to be seen in this run's figures, but not all could be told." + more}
	case len(c.list) == 0:
		return box{doneBox, "Nothing wrong is to be seen in this run's figures." + more}
	}
	var all several
	for _, f := range c.list {
		all = append(all, box{noteBox, f.Cause + " " + f.Evidence + " → " + f.Remedy})
	}
	return all
}

func (c complaints) HTML() template.HTML { return c.content().HTML() }
func (c complaints) Text() string        { return c.content().Text() }
