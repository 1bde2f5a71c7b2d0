// Package lint finds problems in preference pairs before a model is trained on
// them. Most bad runs are caused by bad data, and most bad data has one of these
// problems.
//
// Start with [Check]; [Worst] returns the few sentences to show before training.
//
// Texts are compared by their words: case, whitespace and punctuation are ignored.
package lint

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Severity is how serious a finding is.
type Severity int

const (
	Note  Severity = iota // for information
	Look                  // look at the examples
	Wrong                 // fix this before training
)

func (s Severity) String() string { return []string{"note", "look", "wrong"}[s] }

// Example is a pair that violates a rule.
type Example struct {
	Where string // location of the pair, as returned by Pair.Where
	Text  string // what was found, shortened
}

// Finding is the result of one rule.
type Finding struct {
	Rule     string // name, such as "length bias"
	Severity Severity
	Count    int    // number of pairs, or of what Summary counts
	Of       int    // total for Count
	Summary  string // one sentence with the numbers
	Advice   string // what to do
	Examples []Example
}

// Options configures Check.
type Options struct {
	Encoder      *encode.Encoder      // as in training; nil skips the rules on tokens
	Tokenizer    *tokenizer.Tokenizer // the encoder's
	MaxTokenized int                  // maximum number of pairs to tokenize, spread evenly over the set; 0 for all
	Examples     int                  // maximum number per finding
}

// DefaultOptions skip the rules on tokens, which need an encoder.
func DefaultOptions() Options { return Options{MaxTokenized: 5000, Examples: 3} }

// Report is the result of all rules.
type Report struct {
	Source     string
	Pairs      int
	HeldOut    int
	Findings   []Finding // most severe first
	Good       []string  // rules without findings
	NotChecked []string  // rules that could not be applied, each with the reason
}

// Check applies all rules to the training pairs and to the held-out pairs, which
// may be nil. It takes time proportional to the total length of the texts.
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

// Worst returns the n most severe findings of a report, a sentence or two each,
// without notes, and without what [encode.Encoder.Notes] says too.
func Worst(r Report, n int) []string {
	var worst []string
	for _, f := range r.Findings {
		if f.Severity > Note && f.Rule != notesRule && f.Rule != leftOutRule && len(worst) < n {
			worst = append(worst, f.Summary+" "+f.Advice)
		}
	}
	return worst
}

// linter collects findings.
type linter struct {
	ctx            context.Context
	o              Options
	train, heldOut *preference.Set
	rules          map[string]*Finding
	report         Report
	tokenTexts     []string // see specials
}

// rule returns the finding of a rule. It is reported only if set is called.
func (l *linter) rule(name string) *Finding {
	if l.rules[name] == nil {
		l.rules[name] = &Finding{Rule: name, Of: len(l.train.Pairs)}
	}
	return l.rules[name]
}

// found counts a pair and adds it to the examples up to their maximum.
func (l *linter) found(f *Finding, pair *preference.Pair, format string, args ...any) {
	f.Count++
	if len(f.Examples) < l.o.Examples {
		f.Examples = append(f.Examples, Example{pair.Where(), fmt.Sprintf(format, args...)})
	}
}

// set sets the severity and texts of a finding.
func (f *Finding) set(severity Severity, summary, advice string) {
	f.Severity, f.Summary, f.Advice = severity, summary, advice
}

// finish sorts the findings by severity, then by the fraction of pairs affected.
func (l *linter) finish() Report {
	for _, name := range ruleNames {
		f, applied := l.rules[name]
		switch {
		case !applied:
		case f.Summary == "":
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

// sentence makes a sentence of a note.
func sentence(note string) string { return strings.ToUpper(note[:1]) + note[1:] + "." }

// rare is the fraction of pairs up to which a problem is only a note.
const rare = 0.002

// bySize returns Wrong if more than the given fraction of pairs is affected, Note if
// hardly any is, and otherwise Look.
func (f *Finding) bySize(limit float64) Severity {
	switch part := float64(f.Count) / float64(max(f.Of, 1)); {
	case part > limit:
		return Wrong
	case part <= rare:
		return Note
	}
	return Look
}

// Names of the rules, in the order in which a report lists those without findings.
const (
	columnsRule    = "columns"
	notesRule      = "how the pairs were read"
	scoresRule     = "scores"
	promptRule     = "prompt in the answers"
	leftOutRule    = "skipped pairs"
	fewRule        = "number of pairs"
	equalRule      = "equal answers"
	nearEqualRule  = "near-equal answers"
	repeatedRule   = "repeated pairs"
	contradictRule = "contradicting pairs"
	dominantRule   = "dominating prompt"
	lengthRule     = "length bias"
	balanceRule    = "balance of labels"
	emptyTurnRule  = "empty turns"
	rolesRule      = "unusual roles"
	controlRule    = "control tokens in text"
	escapesRule    = "escaped characters"
	languageRule   = "language mix"
	switchRule     = "answers in another language"
	overlapRule    = "held-out prompts in the training data"
	nearRule       = "held-out prompts similar to training prompts"
	sameRule       = "answers of the same tokens"
	refusedRule    = "pairs without tokens"
	droppedRule    = "text that the template leaves out"
	truncatedRule  = "truncated answers"
	endRule        = "end of turn"
)

var ruleNames = []string{
	columnsRule, notesRule, scoresRule, promptRule, leftOutRule, fewRule, equalRule, nearEqualRule, repeatedRule, contradictRule, dominantRule, lengthRule, balanceRule, emptyTurnRule,
	rolesRule, controlRule, escapesRule, languageRule, switchRule, overlapRule, nearRule, sameRule, refusedRule, droppedRule, truncatedRule, endRule,
}
