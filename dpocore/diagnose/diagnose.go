// Package diagnose checks a run for problems: is it learning, does it still write naturally, is it better than the base
// model. Each finding gives the cause, the evidence and a remedy, based on what the run recorded.
//
// Start with [Read] for a run folder and [Run.Diagnose]. Each rule is a function in the table [rules]; a rule is skipped if
// the run did not record what it needs. A diagnosis reads curves and counts words; it can't judge the quality of answers.
package diagnose

import (
	"slices"
	"strings"
)

// A Mark is the severity of a finding.
type Mark string

// The marks, in order of increasing severity.
const (
	Good    Mark = "✓"
	Unknown Mark = "–" // could not be checked
	Warning Mark = "!"
	Problem Mark = "✗"
)

// A Finding is the result of one rule.
type Finding struct {
	Rule     string `json:"rule"`     // name of the rule
	Mark     Mark   `json:"mark"`     // severity
	Cause    string `json:"cause"`    // what was found, in one sentence
	Evidence string `json:"evidence"` // the numbers behind it
	Remedy   string `json:"remedy"`   // what to change, "" if nothing
}

// A Section holds the findings on one question.
type Section struct {
	Question string    `json:"question"`
	Findings []Finding `json:"findings"`
}

// A Diagnosis holds all findings, by question.
type Diagnosis []Section

// The questions, in display order.
const (
	learning = "Is it learning?"
	natural  = "Does it still write naturally?"
	better   = "Is it better than the base model?"
)

// rule is one check. ok is false if there is nothing to report.
type rule struct {
	name     string
	question string
	check    func(Run) (f Finding, ok bool)
	stage    stage
}

// stage is of which stage of training a rule is.
type stage int

const (
	ofPairs   stage = iota // preferences
	ofAny                  // those and supervised fine-tuning
	ofAnswers              // supervised fine-tuning
)

// rules lists all rules, in display order.
var rules = []rule{
	{"too short", learning, tooShort, ofAny},
	{"not learning", learning, notLearning, ofPairs},
	{"not learning the answers", learning, notLearningAnswers, ofAnswers},
	{"diverged", learning, diverged, ofAny},
	{"labels swapped", learning, labelsSwapped, ofPairs},
	{"reference mismatch", learning, referenceMismatch, ofPairs},
	{"gradient clipped", learning, gradientClipped, ofAny},
	{"steps skipped", learning, stepsSkipped, ofAny},
	{"nothing left to learn", learning, nothingLeftToLearn, ofPairs},
	{"chosen falling", natural, chosenFalling, ofPairs},
	{"far from the reference", natural, farFromReference, ofPairs},
	{"answers in circles", natural, repetitiveAnswers, ofAny},
	{"answers without an end", natural, unendingAnswers, ofAny},
	{"plain text forgotten", natural, perplexityRose, ofAny},
	{"nothing held out", better, nothingHeldOut, ofPairs},
	{"no answers held out", better, noAnswersHeldOut, ofAnswers},
	{"held-out pairs trained on", better, heldOutTrained, ofPairs},
	{"evaluated on trained pairs", better, reportTrained, ofAny},
	{"no better than the base", better, noBetter, ofPairs},
	{"length alone", better, lengthAlone, ofPairs},
	{"train and held-out parting", better, overfitting, ofPairs},
	{"answers memorized", better, answersMemorized, ofAnswers},
	{"answers unchanged", better, answersUnchanged, ofAny},
}

// Diagnose applies all rules.
func (r Run) Diagnose() Diagnosis {
	d := Diagnosis{{Question: learning}, {Question: natural}, {Question: better}}
	for _, rule := range rules {
		if fineTuned := r.History.FineTuned(); fineTuned && rule.stage == ofPairs || !fineTuned && rule.stage == ofAnswers {
			continue
		}
		finding, ok := rule.check(r)
		if !ok {
			continue
		}
		finding.Rule = rule.name
		at := slices.IndexFunc(d, func(s Section) bool { return s.Question == rule.question })
		d[at].Findings = append(d[at].Findings, finding)
	}
	return slices.DeleteFunc(d, func(s Section) bool { return len(s.Findings) == 0 })
}

// Has reports whether any finding has the mark.
func (d Diagnosis) Has(m Mark) bool {
	return slices.ContainsFunc(d, func(s Section) bool {
		return slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Mark == m })
	})
}

// Find returns the finding of a rule; ok is false if the rule had nothing to report.
func (d Diagnosis) Find(rule string) (f Finding, ok bool) {
	for _, section := range d {
		for _, f := range section.Findings {
			if f.Rule == rule {
				return f, true
			}
		}
	}
	return Finding{}, false
}

// Actionable returns the problems, then the warnings.
func (d Diagnosis) Actionable() (list []Finding) {
	for _, mark := range []Mark{Problem, Warning} {
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

// Verdict summarizes the diagnosis in one sentence.
func (d Diagnosis) Verdict() string {
	switch {
	case d.Has(Problem):
		return "Something is wrong with this run; see the lines marked ✗ and how to fix them."
	case d.Has(Warning):
		return "This run worked, but check the lines marked !."
	case d.Has(Unknown):
		return "No problems found, but the lines marked – could not be checked."
	default:
		return "No problems found."
	}
}

// String formats the diagnosis for a terminal.
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

// String formats a finding on one or two lines.
func (f Finding) String() string {
	text := "  " + string(f.Mark) + " " + f.Cause + " " + f.Evidence + "\n"
	if f.Remedy != "" {
		text += "    → " + f.Remedy + "\n"
	}
	return text
}
