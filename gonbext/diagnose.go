package gonbext

import (
	"context"
	"encoding/json"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
)

// Diagnose looks at a finished run as one looks for trouble: did it learn, does it still write naturally, is it better
// than the base model. It reads the run's figures, and the answers that Compare has kept.
func Diagnose(dir string) {
	cell(func(context.Context) error {
		record, err := finishedRun(dir)
		if err != nil {
			return err
		}
		history, err := metrics.ReadHistory(dir)
		if err != nil {
			return err
		}
		r := examined{history: history, config: record.Config, answers: keptAnswers(dir)}
		if record.HeldOut != nil {
			r.heldOut = record.HeldOut.Pairs
		}
		show(r.findings())
		return nil
	})
}

// keptAnswers are the answers that Compare has left in a run's folder; none where it has not run.
func keptAnswers(dir string) []dpocore.Answers {
	var kept struct {
		Answers []dpocore.Answers `json:"answers"`
	}
	raw, err := os.ReadFile(filepath.Join(dir, "answers.json"))
	if err != nil || json.Unmarshal(raw, &kept) != nil {
		return nil
	}
	return kept.Answers
}

// mark says how a finding is meant.
type mark string

const (
	good   mark = "✓"
	look   mark = "!"
	wrong  mark = "✗"
	noWord mark = "–" // can't be told
)

// finding is one thing seen in a run, and what to change where it is not good.
type finding struct {
	Mark   mark
	Seen   string
	Change string
}

// findings are grouped by the question that they answer.
type findings []group

type group struct {
	Question string
	Found    []finding
}

// has says whether any finding has a mark.
func (f findings) has(m mark) bool {
	return slices.ContainsFunc(f, func(g group) bool {
		return slices.ContainsFunc(g.Found, func(found finding) bool { return found.Mark == m })
	})
}

// verdict is the first line.
func (f findings) verdict() box {
	switch {
	case f.has(wrong):
		return box{noteBox, "Something is wrong with this run; see the lines marked ✗ and what to change."}
	case f.has(look):
		return box{noteBox, "This run worked, with something to look at: the lines marked !."}
	case f.has(noWord):
		return box{noteBox, "Nothing wrong is to be seen, but the lines marked – could not be told."}
	default:
		return box{doneBox, "This run looks sound."}
	}
}

var findingsTemplate = template.Must(template.New("findings").Parse(`<table class="mathjax_ignore" style="text-align:left">
{{- range .}}<tr><th colspan="3" style="text-align:left">{{.Question}}</th></tr>
{{- range .Found}}<tr><td style="vertical-align:top">{{.Mark}}</td><td style="text-align:left;vertical-align:top;max-width:34em">{{.Seen}}</td><td style="text-align:left;vertical-align:top;max-width:34em">{{.Change}}</td></tr>{{end}}{{end -}}
</table>`))

func (f findings) HTML() template.HTML {
	return f.verdict().HTML() + render(findingsTemplate, []group(f))
}

func (f findings) Text() string {
	var b strings.Builder
	b.WriteString(f.verdict().Text() + "\n")
	for _, group := range f {
		b.WriteString("\n" + group.Question + "\n")
		for _, found := range group.Found {
			b.WriteString("  " + string(found.Mark) + " " + found.Seen + "\n")
			if found.Change != "" {
				b.WriteString("    → " + found.Change + "\n")
			}
		}
	}
	return b.String()
}
