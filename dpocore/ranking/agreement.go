package ranking

import (
	"fmt"
	"math"

	"example.com/gonb-dpo/internal/wording"
)

// An Agreement measures how far two raters agree on the pairs of answers that
// both have ranked: which of the two is better, or that they are tied.
type Agreement struct {
	Raters  [2]string
	Prompts int       // whose candidates both have ranked
	Pairs   int       // of answers to these prompts
	Table   [3][3]int // by the first rater's word and the second's: first answer better, tie, second answer better
	Share   float64   // of pairs on which they agree
	Kappa   float64   // Cohen's kappa; NaN if chance agreement is 1
}

// Agreement compares two raters. Answers that are all bad count as tied.
func (l *Log) Agreement(first, second string) (Agreement, error) {
	a := Agreement{Raters: [2]string{first, second}}
	for _, c := range l.Candidates {
		one, ok := l.Verdict(c, first)
		other, alsoOK := l.Verdict(c, second)
		if !ok || !alsoOK {
			continue
		}
		a.Prompts++
		for i := range c.Answers {
			for j := range i {
				a.Pairs++
				a.Table[outcome(one.Ranks, j, i)][outcome(other.Ranks, j, i)]++
			}
		}
	}
	if a.Pairs == 0 {
		return a, fmt.Errorf("%s and %s have ranked no answers in common; let both rank the same ones", first, second)
	}
	a.Share, a.Kappa = Kappa(a.Table)
	return a, nil
}

// outcome is 0 if the first answer is better, 1 for a tie, 2 if the second is better.
func outcome(ranks []int, first, second int) int {
	switch {
	case ranks[first] < ranks[second]:
		return 0
	case ranks[first] == ranks[second]:
		return 1
	}
	return 2
}

// Kappa returns Cohen's kappa (Cohen 1960, "A coefficient of agreement for
// nominal scales"): (share − chance)/(1 − chance), where share is how often two
// raters agree, and chance how often they would if each answered at random
// with its own frequencies. 1 is full agreement, 0 is chance. It is NaN if
// chance is 1.
func Kappa(table [3][3]int) (share, kappa float64) {
	var rows, columns [3]float64
	all, same := 0.0, 0.0
	for i := range table {
		for j, n := range table[i] {
			rows[i] += float64(n)
			columns[j] += float64(n)
			all += float64(n)
			if i == j {
				same += float64(n)
			}
		}
	}
	chance := 0.0
	for i := range rows {
		chance += rows[i] / all * columns[i] / all
	}
	share = same / all
	if chance == 1 {
		return share, math.NaN()
	}
	return share, (share - chance) / (1 - chance)
}

// String returns a sentence with the terms of Landis and Koch (1977).
func (a Agreement) String() string {
	summary := fmt.Sprintf("%s and %s agree on %.0f %% of %s of answers (%s)", a.Raters[0], a.Raters[1], 100*a.Share, wording.Count(a.Pairs, "pair"), wording.Count(a.Prompts, "prompt"))
	if math.IsNaN(a.Kappa) {
		return summary + "; both say the same of all pairs, so kappa is not defined."
	}
	return fmt.Sprintf("%s; Cohen's kappa is %.2f: %s agreement.", summary, a.Kappa, strength(a.Kappa))
}

func strength(kappa float64) string {
	for _, step := range []struct {
		below float64
		word  string
	}{{0, "no"}, {0.2, "slight"}, {0.4, "fair"}, {0.6, "moderate"}, {0.8, "substantial"}} {
		if kappa <= step.below {
			return step.word
		}
	}
	return "almost perfect"
}
