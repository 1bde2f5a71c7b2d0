package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// Thresholds of the rules.
const (
	enough        = 500  // pairs, below which a run shows little
	tooFew        = 50   // pairs, below which it shows almost nothing
	nearEqual     = 0.95 // Dice's coefficient of two answers' words
	nearEqualFrom = 10   // minimum words of the shorter answer, since in a short one every word matters
	dominant      = 0.05 // fraction of the pairs with the same prompt
	dominantFrom  = 10   // and minimum number of such pairs
	biased        = 0.65 // accuracy of "longer wins" or "shorter wins"
	veryBiased    = 0.8
	manyLeftOut   = 0.05 // fraction of pairs that can't be used
)

// key identifies a pair's texts by hashes.
type key struct {
	prompt  uint64
	answers uint64 // of the prompt and both answers, independent of their order
	forward bool   // the order of the answers
	equal   bool   // both answers are the same
}

func keyOf(pair *preference.Pair, chosen, rejected []uint64) key {
	c, r := hashAll(chosen), hashAll(rejected)
	k := key{prompt: hashAll(promptWords(pair.Prompt)), forward: c < r, equal: c == r}
	k.answers = mix(mix(k.prompt, min(c, r)), max(c, r))
	return k
}

// eachPair applies the rules that examine single pairs, and those that compare the
// keys of all pairs.
func (l *linter) eachPair() {
	keys := make([]key, len(l.train.Pairs))
	var lengths lengthCounts
	languages, scores, escaped := newLanguages(l), scoreCounts{l: l}, newEscapes(l)
	for i, pair := range l.train.Each() {
		if i%1024 == 0 && l.ctx.Err() != nil {
			return
		}
		chosen, rejected := words(pair.Chosen), words(pair.Rejected)
		keys[i] = keyOf(pair, chosen, rejected)
		l.similar(pair, chosen, rejected)
		l.promptInAnswers(pair)
		scores.see(pair)
		lengths.count(pair)
		l.turns(pair)
		languages.see(pair)
		escaped.see(pair)
	}
	l.reportSimilar()
	l.reportPromptInAnswers()
	scores.report()
	l.repeated(keys)
	l.contradicts(keys)
	l.dominates(keys)
	l.size()
	if l.train.Single() {
		l.balance()
	} else {
		l.lengths(lengths)
	}
	l.reportTurns()
	escaped.report()
	languages.finish()
}

// reading reports problems that the reader found.
func (l *linter) reading() {
	f := l.rule(columnsRule)
	if columns := l.train.Columns.Note(); columns != "" {
		f.Count, f.Of = 1, 1
		f.set(Note, sentence(columns), "If this is wrong, say which column is what with dpo data convert.")
	}
	if notes := l.rule(notesRule); len(l.train.Notes) > 0 {
		notes.Count, notes.Of = len(l.train.Notes), len(l.train.Notes)
		notes.set(Look, sentence(strings.Join(l.train.Notes, "; ")), "Check that the pairs are read as they are meant: dpo data show.")
	}
	left := l.rule(leftOutRule)
	left.Of = len(l.train.Pairs) + len(l.train.Skipped)
	equal := l.rule(equalRule)
	equal.Of = left.Of
	for _, skip := range l.train.Skipped {
		where := preference.Pair{Source: cmp.Or(skip.Source, l.train.Source), Line: skip.Line}
		if len(l.train.Pairs) > 0 {
			where.Unit = l.train.Pairs[0].Unit
		}
		rule := left
		if skip.Reason == preference.EqualAnswers {
			rule = equal
		}
		l.found(rule, &where, "%s", skip.Reason)
	}
	if left.Count > 0 {
		severity := Note
		if float64(left.Count) > manyLeftOut*float64(left.Of) {
			severity = Look
		}
		left.set(severity, fmt.Sprintf("%d of %s can't be used and are skipped (%s).", left.Count, wording.Count(left.Of, "pair"), l.train.Report()), "Fix them at their source, or remove them from the file.")
	}
	if equal.Count > 0 {
		equal.set(equal.bySize(manyLeftOut), fmt.Sprintf("In %d of %s both answers are identical; these are skipped.", equal.Count, wording.Count(equal.Of, "pair")), "Find out what copied the answer, for example sampling twice at temperature 0.")
	}
}

// similar finds pairs whose answers hardly differ.
func (l *linter) similar(pair *preference.Pair, chosen, rejected []uint64) {
	f := l.rule(nearEqualRule)
	switch {
	case slices.Equal(chosen, rejected) && canonical(pair.Chosen) == canonical(pair.Rejected):
		l.found(f, pair, "both answers are the same text, in other Unicode forms or with other spaces around it: %s", wording.Excerpt(pair.Chosen))
	case slices.Equal(chosen, rejected):
		l.found(f, pair, "only punctuation, case or spacing differ: %s", wording.Excerpt(pair.Chosen))
	case min(len(chosen), len(rejected)) >= nearEqualFrom:
		if s := dice(chosen, rejected); s >= nearEqual {
			l.found(f, pair, "%.0f %% of the words are the same: %s", 100*s, wording.Excerpt(pair.Chosen))
		}
	}
}

// canonical is a text that has the same characters for a reader, whatever wrote it.
func canonical(text string) string { return norm.NFC.String(strings.TrimSpace(text)) }

func (l *linter) reportSimilar() {
	if f := l.rule(nearEqualRule); f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("In %d of %s the two answers are nearly the same.", f.Count, wording.Count(f.Of, "pair")), "Such a pair teaches only the few words that differ: check that they matter.")
	}
}

// size reports too few pairs.
func (l *linter) size() {
	f := l.rule(fewRule)
	if n := len(l.train.Pairs); n < enough {
		f.Count = n
		f.set(Look, fmt.Sprintf("The set has only %s; with fewer than %d a run shows a tendency and little more.", wording.Count(n, "pair"), enough), "Add pairs, or train for few steps: the model soon memorizes these.")
		if n < tooFew {
			f.Severity = Wrong
		}
	}
}
