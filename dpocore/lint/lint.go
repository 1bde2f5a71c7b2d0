// Package lint looks for faults of preference pairs that show only in what a
// model learns from them, before a model learns from them.
//
// Start with [Check]; [Worst] gives the few sentences to show before
// training. Each rule is in a file with those of its kind. Most bad runs are
// bad data, and most bad data has one of these faults.
//
// Two texts count as the same where they have the same words: letters in
// either case, white space and punctuation make no difference.
package lint

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Severity is how much a finding matters.
type Severity int

const (
	Note  Severity = iota // good to know
	Look                  // look at the examples
	Wrong                 // mend this first
)

func (s Severity) String() string { return []string{"note", "look", "wrong"}[s] }

// An Example is a pair that a rule has found.
type Example struct {
	Where string // the pair's place, as Pair.Where
	Text  string // what was found there, shortened
}

// A Finding is what one rule has found.
type Finding struct {
	Rule     string // its name, such as "length bias"
	Severity Severity
	Count    int    // pairs, or what Says counts
	Of       int    // of so many
	Says     string // one sentence with the figures
	Advice   string // what to do
	Examples []Example
}

// Options are what some rules need.
type Options struct {
	MaxLength     int                  // tokens of prompt and answer together, as in training
	Encoder       *chat.Encoder        // nil leaves the rules on tokens out
	Tokenizer     *tokenizer.Tokenizer // that of the encoder
	MostTokenized int                  // pairs that are tokenized at most, spread evenly over the set; 0 for all
	Examples      int                  // most of a finding
}

// DefaultOptions leave the rules on tokens out.
func DefaultOptions() Options { return Options{MaxLength: 512, MostTokenized: 5000, Examples: 3} }

// A Report is what all rules say of a set.
type Report struct {
	Source     string
	Pairs      int
	HeldOut    int
	Findings   []Finding // the gravest first
	Good       []string  // rules that found nothing
	NotChecked []string  // rules that could not be applied, each with the reason
}

// Check applies all rules to pairs to train on and to those that are held
// out, which may be nil. The time grows with the length of all texts.
func Check(ctx context.Context, train, heldOut *preference.Set, o Options) (Report, error) {
	l := &linter{ctx: ctx, o: o, train: train, heldOut: heldOut, rules: map[string]*Finding{}}
	l.report = Report{Source: train.Source, Pairs: len(train.Pairs)}
	if heldOut != nil {
		l.report.HeldOut = len(heldOut.Pairs)
	}
	l.reading()
	l.eachPair()
	for _, apply := range []func() error{l.overlap, l.tokens} {
		if err := apply(); err != nil {
			return Report{}, fmt.Errorf("check the pairs of %s: %w", train.Source, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("check the pairs of %s: %w", train.Source, err)
	}
	return l.finish(), nil
}

// Worst is a report's gravest findings, at most n of them, a sentence or two
// each. Notes are not among them.
func Worst(r Report, n int) []string {
	var worst []string
	for _, f := range r.Findings {
		if f.Severity > Note && len(worst) < n {
			worst = append(worst, f.Says+" "+f.Advice)
		}
	}
	return worst
}

// A linter gathers findings.
type linter struct {
	ctx            context.Context
	o              Options
	train, heldOut *preference.Set
	rules          map[string]*Finding
	report         Report
	tokenTexts     []string // see specials
}

// rule returns the finding of a rule, which is reported if its count is above
// 0 or set is called.
func (l *linter) rule(name string) *Finding {
	if l.rules[name] == nil {
		l.rules[name] = &Finding{Rule: name, Of: len(l.train.Pairs)}
	}
	return l.rules[name]
}

// found counts a pair and keeps it as an example while there is room.
func (l *linter) found(f *Finding, pair *preference.Pair, format string, args ...any) {
	f.Count++
	if len(f.Examples) < l.o.Examples {
		f.Examples = append(f.Examples, Example{pair.Where(), fmt.Sprintf(format, args...)})
	}
}

// set words a finding.
func (f *Finding) set(severity Severity, says, advice string) {
	f.Severity, f.Says, f.Advice = severity, says, advice
}

// finish sorts the findings: by severity, then by the share that they concern.
func (l *linter) finish() Report {
	for _, name := range ruleNames {
		f, applied := l.rules[name]
		switch {
		case !applied:
		case f.Says == "":
			l.report.Good = append(l.report.Good, name)
		default:
			l.report.Findings = append(l.report.Findings, *f)
		}
	}
	share := func(f Finding) float64 { return float64(f.Count) / float64(max(f.Of, 1)) }
	slices.SortStableFunc(l.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(share(b), share(a)))
	})
	return l.report
}

// excerpt shortens a text for an example.
func excerpt(text string) string {
	const most = 80
	runes := []rune(text)
	if len(runes) > most {
		return fmt.Sprintf("%q…", string(runes[:most]))
	}
	return fmt.Sprintf("%q", text)
}

// percent writes a share as "62 %", and a small one as "0.4 %".
func percent(part, all int) string {
	share := 100 * float64(part) / float64(max(all, 1))
	if share > 0 && share < 1 || share > 99 && share < 100 {
		return fmt.Sprintf("%.1f %%", share)
	}
	return fmt.Sprintf("%.0f %%", share)
}

// rare is the share of pairs up to which a fault is only a note.
const rare = 0.002

// bySize is look, or wrong where more than the share of pairs is concerned,
// or a note where hardly any is.
func (f *Finding) bySize(share float64) Severity {
	switch part := float64(f.Count) / float64(max(f.Of, 1)); {
	case part > share:
		return Wrong
	case part <= rare:
		return Note
	}
	return Look
}

// Names of the rules, in the order in which a report lists those that found
// nothing.
const (
	columnsRule    = "columns"
	leftOutRule    = "pairs left out"
	fewRule        = "number of pairs"
	equalRule      = "equal answers"
	nearEqualRule  = "near-equal answers"
	repeatedRule   = "repeated pairs"
	contradictRule = "contradicting pairs"
	dominantRule   = "dominating prompt"
	lengthRule     = "length bias"
	emptyTurnRule  = "empty turns"
	rolesRule      = "odd roles"
	controlRule    = "control tokens in text"
	languageRule   = "language mix"
	switchRule     = "answers in another language"
	overlapRule    = "prompts held out and trained on"
	nearRule       = "prompts nearly held out and trained on"
	truncatedRule  = "truncated answers"
	endRule        = "end of turn"
)

var ruleNames = []string{
	columnsRule, leftOutRule, fewRule, equalRule, nearEqualRule, repeatedRule, contradictRule, dominantRule, lengthRule, emptyTurnRule,
	rolesRule, controlRule, languageRule, switchRule, overlapRule, nearRule, truncatedRule, endRule,
}
