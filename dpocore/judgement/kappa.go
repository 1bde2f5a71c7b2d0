package judgement

import (
	"fmt"
	"math"
)

// An Agreement says how far two raters agree on the pairs of answers that
// both have judged: on which of the two is better, or that neither is.
type Agreement struct {
	Raters   [2]string
	Drawings int       // judged by both
	Pairs    int       // of answers in these
	Table    [3][3]int // by the first rater's word and the second's: the first answer is better, neither is, the second is
	Share    float64   // of pairs on which they agree
	Kappa    float64   // Cohen's; NaN where chance alone would make them agree on all
}

// Agreement compares two raters. Answers that are all bad count as tied.
func (l *Log) Agreement(first, second string) (Agreement, error) {
	a := Agreement{Raters: [2]string{first, second}}
	for _, d := range l.Drawings {
		one, both := l.Verdict(d, first)
		other, too := l.Verdict(d, second)
		if !both || !too {
			continue
		}
		a.Drawings++
		for i := range d.Answers {
			for j := range i {
				a.Pairs++
				a.Table[word(one.Ranks, j, i)][word(other.Ranks, j, i)]++
			}
		}
	}
	if a.Pairs == 0 {
		return a, fmt.Errorf("%s and %s have judged no answers in common; let both rank the same ones", first, second)
	}
	a.Share, a.Kappa = Kappa(a.Table)
	return a, nil
}

// word is what ranks say of two answers.
func word(ranks []int, first, second int) int {
	switch {
	case ranks[first] < ranks[second]:
		return 0
	case ranks[first] == ranks[second]:
		return 1
	}
	return 2
}

// Kappa is Cohen's kappa (Cohen 1960, "A coefficient of agreement for nominal
// scales"): (share − chance)/(1 − chance), where share is how often two raters
// agree and chance how often they would if each threw dice with its own
// frequencies. 1 is full agreement, 0 is chance. It is NaN where chance is 1.
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

// String says it in a sentence, with the words of Landis and Koch 1977.
func (a Agreement) String() string {
	said := fmt.Sprintf("%s and %s agree on %.0f %% of %d pairs of answers (%d prompts)", a.Raters[0], a.Raters[1], 100*a.Share, a.Pairs, a.Drawings)
	if math.IsNaN(a.Kappa) {
		return said + "; both say the same of all, so that kappa is not defined."
	}
	return fmt.Sprintf("%s; Cohen's kappa is %.2f: %s agreement.", said, a.Kappa, strength(a.Kappa))
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
