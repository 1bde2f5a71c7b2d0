package lint

import (
	"fmt"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// lengthCounts counts pairs by whether the chosen answer is longer, shorter or equal in
// characters.
type lengthCounts struct{ longer, shorter, equal int }

func (c *lengthCounts) count(pair *preference.Pair) {
	chosen, rejected := utf8.RuneCountInString(pair.Chosen), utf8.RuneCountInString(pair.Rejected)
	switch {
	case chosen > rejected:
		c.longer++
	case chosen < rejected:
		c.shorter++
	default:
		c.equal++
	}
}

// lengths reports how well length alone predicts the chosen answer. For equally long
// answers the rule is right half of the time.
func (l *linter) lengths(c lengthCounts) {
	f := l.rule(lengthRule)
	f.Count = c.longer
	all := max(c.longer+c.shorter+c.equal, 1)
	right, rule, teaches := c.longer, "longer", "long rather than good"
	if c.shorter > c.longer {
		right, rule, teaches = c.shorter, "shorter", "short rather than good"
	}
	accuracy := (float64(right) + float64(c.equal)/2) / float64(all)
	summary := fmt.Sprintf("The chosen answer is the longer one in %s of the pairs; the rule \"%s wins\" is right for %.0f %%.", wording.PercentOf(c.longer, all), rule, 100*accuracy)
	switch {
	case accuracy >= veryBiased:
		f.set(Wrong, summary, "The model may learn to give "+teaches+" answers: add pairs with the opposite preference.")
	case accuracy >= biased:
		f.set(Look, summary, "Compare the answers' lengths before and after training, or add pairs of equal length.")
	default:
		f.set(Note, summary, "Length alone does not predict which answer was chosen.")
	}
}
