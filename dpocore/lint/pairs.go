package lint

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
)

// Bounds of the rules.
const (
	enough        = 500  // pairs, below which a run shows little
	tooFew        = 50   // pairs, below which it shows next to nothing
	nearEqual     = 0.95 // Dice's coefficient of two answers' words
	nearEqualFrom = 10   // words of the shorter answer: in a short one every word counts
	dominant      = 0.05 // share of the pairs that one prompt has
	dominantFrom  = 10   // and so many pairs
	biased        = 0.65 // what "longer wins", or "shorter wins", gets right
	veryBiased    = 0.8
	manyLeftOut   = 0.05
)

// A key stands for a pair's texts.
type key struct {
	prompt  uint64
	answers uint64 // of both, the same in either order, with the prompt
	forward bool   // the order
	equal   bool   // both answers are the same
}

func keyOf(pair *preference.Pair, chosen, rejected []uint64) key {
	c, r := whole(chosen), whole(rejected)
	k := key{prompt: whole(promptWords(pair.Prompt)), forward: c < r, equal: c == r}
	k.answers = mix(mix(k.prompt, min(c, r)), max(c, r))
	return k
}

// eachPair applies the rules that look at one pair after another, and those
// that compare what they keep of each.
func (l *linter) eachPair() {
	keys := make([]key, len(l.train.Pairs))
	var lengths lengthCounts
	languages := newLanguages(l)
	for i, pair := range l.train.Each() {
		if i%1024 == 0 && l.ctx.Err() != nil {
			return
		}
		chosen, rejected := words(pair.Chosen), words(pair.Rejected)
		keys[i] = keyOf(pair, chosen, rejected)
		l.similar(pair, chosen, rejected)
		lengths.count(pair)
		l.turns(pair)
		languages.see(pair)
	}
	l.wordSimilar()
	l.repeated(keys)
	l.contradicts(keys)
	l.dominates(keys)
	l.size()
	l.lengths(lengths)
	l.wordTurns()
	languages.finish()
}

// reading passes on what the reader has found.
func (l *linter) reading() {
	f := l.rule(columnsRule)
	if columns := l.train.Columns; columns.Chosen != "" && !columns.Exact() {
		f.Count, f.Of = 1, 1
		f.set(Note, fmt.Sprintf("No column has the name that is expected: %s.", columns), "If that is not what you meant, rename the columns to prompt, chosen and rejected.")
	}
	left := l.rule(leftOutRule)
	left.Of = len(l.train.Pairs) + len(l.train.Skipped)
	equal := l.rule(equalRule)
	equal.Of = left.Of
	for _, skip := range l.train.Skipped {
		where := preference.Pair{Source: l.train.Source, Line: skip.Line}
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
		left.set(severity, fmt.Sprintf("%s of %d pairs can't be used and are left out (%s).", count(left.Count), left.Of, l.train.Report()), "Mend them where they come from, or leave them out of the file.")
	}
	if equal.Count > 0 {
		equal.set(equal.bySize(manyLeftOut), fmt.Sprintf("In %s of %d pairs both answers are the same text; these are left out.", count(equal.Count), equal.Of), "Look for what copied the answer, such as a model that was asked twice at temperature 0.")
	}
}

func count(n int) string { return fmt.Sprint(n) }

// similar finds answers that hardly differ.
func (l *linter) similar(pair *preference.Pair, chosen, rejected []uint64) {
	f := l.rule(nearEqualRule)
	switch {
	case slices.Equal(chosen, rejected):
		l.found(f, pair, "only punctuation, case or spacing differ: %s", excerpt(pair.Chosen))
	case min(len(chosen), len(rejected)) >= nearEqualFrom:
		if s := dice(chosen, rejected); s >= nearEqual {
			l.found(f, pair, "%.0f %% of the words are the same: %s", 100*s, excerpt(pair.Chosen))
		}
	}
}

func (l *linter) wordSimilar() {
	if f := l.rule(nearEqualRule); f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("In %d of %d pairs the two answers are nearly the same.", f.Count, f.Of), "Such a pair teaches the few words that differ: check that these are what you mean.")
	}
}

// size judges the number of pairs.
func (l *linter) size() {
	f := l.rule(fewRule)
	if n := len(l.train.Pairs); n < enough {
		f.Count = n
		f.set(Look, fmt.Sprintf("There are %d pairs to learn from; below %d a run shows the direction, and little more.", n, enough), "Add pairs, or take few steps: the model soon knows these by heart.")
		if n < tooFew {
			f.Severity = Wrong
		}
	}
}
