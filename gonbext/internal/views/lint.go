package views

import (
	"strings"

	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// Lint is a report on faults in pairs.
func Lint(r lint.Report) output.Content {
	return output.Stack{lintVerdict(r), lintFindings(r), output.Paragraph(passedRules(r))}
}

func lintVerdict(r lint.Report) output.Box {
	wrong, look := 0, 0
	for _, f := range r.Findings {
		switch f.Severity {
		case lint.Wrong:
			wrong++
		case lint.Look:
			look++
		}
	}
	switch {
	case wrong > 0:
		return output.Notef("In %s: %s to fix before training, and %s worth a look.", wording.Count(r.Pairs, "pair"), wording.Count(wrong, "problem"), wording.Count(look, "finding"))
	case look > 0:
		return output.Notef("In %s: no problems, and %s worth a look.", wording.Count(r.Pairs, "pair"), wording.Count(look, "finding"))
	default:
		return output.Donef("In %s: no problems.", wording.Count(r.Pairs, "pair"))
	}
}

func lintFindings(r lint.Report) output.Table {
	t := output.Table{Columns: []string{"", "rule", "finding", "what to do", "examples"}}
	for _, f := range r.Findings {
		var examples []string
		for _, example := range f.Examples {
			examples = append(examples, example.Where+": "+example.Text)
		}
		t.Add(f.Severity.String(), f.Rule, f.Summary, output.InCell(f.Advice), strings.Join(examples, "\n"))
	}
	return t
}

func passedRules(r lint.Report) string {
	text := "Rules that passed: " + strings.Join(r.Good, ", ") + "."
	if len(r.NotChecked) > 0 {
		text += " Not checked: " + strings.Join(r.NotChecked, "; ") + "."
	}
	return text
}
