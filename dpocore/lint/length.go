package lint

import (
	"fmt"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
)

// lengthCounts are how often which answer is longer, in characters.
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

// lengths judges whether length alone tells the chosen answer. "Longer wins"
// tosses a coin where both are equally long.
func (l *linter) lengths(c lengthCounts) {
	f := l.rule(lengthRule)
	f.Count = c.longer
	all := max(c.longer+c.shorter+c.equal, 1)
	right, rule, teaches := c.longer, "longer", "long rather than good"
	if c.shorter > c.longer {
		right, rule, teaches = c.shorter, "shorter", "brief rather than good"
	}
	accuracy := (float64(right) + float64(c.equal)/2) / float64(all)
	says := fmt.Sprintf("The chosen answer is the longer one in %s of the pairs; the rule \"%s wins\" would be right in %.0f %%.", percent(c.longer, all), rule, 100*accuracy)
	switch {
	case accuracy >= veryBiased:
		f.set(Wrong, says, "The model may learn to answer "+teaches+": add pairs whose better answer is the other kind.")
	case accuracy >= biased:
		f.set(Look, says, "Compare the lengths of answers before and after training; pairs of equal length help.")
	default:
		f.set(Note, says, "Length alone does not tell which answer was chosen.")
	}
}
