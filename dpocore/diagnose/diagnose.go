// Package diagnose looks at a run as one looks for trouble: did it learn, does it still write naturally, is it better
// than the base model. It names cause, evidence and remedy, from the run's own figures.
//
// Start with [Read] for a run's folder and [Run.Diagnose]. Each rule is a function in the table [rules]; what it needs
// and the run has not recorded, it passes over. A diagnosis reads curves and counts words; it can't judge answers.
package diagnose

import (
	"slices"
	"strings"
)

// A Mark says how a finding is meant.
type Mark string

// The marks, from what is as it should be to what is wrong.
const (
	Good    Mark = "✓"
	Unknown Mark = "–" // could not be told
	Look    Mark = "!"
	Wrong   Mark = "✗"
)

// A Finding is one thing seen in a run.
type Finding struct {
	Rule     string `json:"rule"`     // the name of the rule that saw it
	Mark     Mark   `json:"mark"`     // how it is meant
	Cause    string `json:"cause"`    // what it is, in a sentence
	Evidence string `json:"evidence"` // the figures behind it
	Remedy   string `json:"remedy"`   // what to change; "" where nothing is
}

// A Section is the findings on one question.
type Section struct {
	Question string    `json:"question"`
	Findings []Finding `json:"findings"`
}

// A Diagnosis is all findings, by question.
type Diagnosis []Section

// The questions, in the order of asking.
const (
	learning = "Is it learning?"
	natural  = "Does it still write naturally?"
	better   = "Is it better than the base model?"
)

// rule is one thing to look for. ok is false where there is nothing to say.
type rule struct {
	name     string
	question string
	look     func(Run) (f Finding, ok bool)
}

// rules are all rules, in the order in which their findings are read.
var rules = []rule{
	{"too short", learning, tooShort},
	{"not learning", learning, notLearning},
	{"diverged", learning, diverged},
	{"labels swapped", learning, labelsSwapped},
	{"reference mismatch", learning, referenceMismatch},
	{"gradient clipped", learning, gradientClipped},
	{"steps skipped", learning, stepsSkipped},
	{"nothing left to learn", learning, nothingLeft},
	{"chosen falling", natural, chosenFalling},
	{"far from the reference", natural, farAway},
	{"answers in circles", natural, inCircles},
	{"answers without an end", natural, withoutEnd},
	{"plain text forgotten", natural, forgotten},
	{"nothing held out", better, nothingHeldOut},
	{"no better than the base", better, noBetter},
	{"length alone", better, lengthAlone},
	{"train and held-out parting", better, parting},
	{"answers unchanged", better, unchanged},
}

// Diagnose goes through all rules.
func (r Run) Diagnose() Diagnosis {
	d := Diagnosis{{Question: learning}, {Question: natural}, {Question: better}}
	for _, rule := range rules {
		found, ok := rule.look(r)
		if !ok {
			continue
		}
		found.Rule = rule.name
		at := slices.IndexFunc(d, func(s Section) bool { return s.Question == rule.question })
		d[at].Findings = append(d[at].Findings, found)
	}
	return slices.DeleteFunc(d, func(s Section) bool { return len(s.Findings) == 0 })
}

// Has says whether any finding has a mark.
func (d Diagnosis) Has(m Mark) bool {
	return slices.ContainsFunc(d, func(s Section) bool {
		return slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Mark == m })
	})
}

// Of is what a rule found; ok is false where it had nothing to say.
func (d Diagnosis) Of(rule string) (f Finding, ok bool) {
	for _, section := range d {
		for _, f := range section.Findings {
			if f.Rule == rule {
				return f, true
			}
		}
	}
	return Finding{}, false
}

// Complaints are the findings that ask for something, the worst first.
func (d Diagnosis) Complaints() (list []Finding) {
	for _, mark := range []Mark{Wrong, Look} {
		for _, section := range d {
			for _, f := range section.Findings {
				if f.Mark == mark {
					list = append(list, f)
				}
			}
		}
	}
	return list
}

// Verdict is the diagnosis in a sentence.
func (d Diagnosis) Verdict() string {
	switch {
	case d.Has(Wrong):
		return "Something is wrong with this run; see the lines marked ✗ and what to change."
	case d.Has(Look):
		return "This run worked, with something to look at: the lines marked !."
	case d.Has(Unknown):
		return "Nothing wrong is to be seen, but the lines marked – could not be told."
	default:
		return "This run looks sound."
	}
}

// String writes the diagnosis for a terminal.
func (d Diagnosis) String() string {
	var b strings.Builder
	b.WriteString(d.Verdict() + "\n")
	for _, section := range d {
		b.WriteString("\n" + section.Question + "\n")
		for _, f := range section.Findings {
			b.WriteString(f.String())
		}
	}
	return b.String()
}

// String writes a finding on one or two lines.
func (f Finding) String() string {
	text := "  " + string(f.Mark) + " " + f.Cause + " " + f.Evidence + "\n"
	if f.Remedy != "" {
		text += "    → " + f.Remedy + "\n"
	}
	return text
}
