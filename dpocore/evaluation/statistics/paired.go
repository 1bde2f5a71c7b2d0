package statistics

import "math"

// A Difference compares two runs measured on the same pairs.
type Difference struct {
	Accuracy   Estimate `json:"accuracy"`        // of the first run minus that of the second
	Only       [2]int   `json:"only"`            // pairs that only the first, only the second run ranks correctly
	P          float64  `json:"p"`               // two-sided p-value
	Pairs      int      `json:"pairs"`           // measured in both runs
	MinSurplus int      `json:"least"`           // smallest difference between the two counts in Only that would have P below 0.05, with one seed
	Seeds      int      `json:"seeds,omitempty"` // of each setting, if there are several: Only counts each pair once for each

	model parts
}

// minDiffering is the number of differing pairs from which the interval needs no added pairs.
const minDiffering = 8

// Compare tests whether two runs rank a different share of pairs correctly. Only the pairs on which they differ carry
// information: under the null hypothesis, each prompt's surplus is equally likely to favour either run. P is the exact share
// of all sign assignments whose total is at least as large as the observed one. With one pair per prompt this is McNemar's
// exact test (1947). If the runs differ on few pairs, the interval adds one pair that only the first run ranks correctly and
// one that only the second does (after Agresti and Min 2005); without them, runs that agree on every pair would have a
// difference without uncertainty.
func Compare(groups []int, first, second []bool) Difference {
	members, count := renumber(groups)
	d := Difference{Pairs: len(groups)}
	values := make([]float64, len(groups))
	surplus := make([]int, count)
	for i := range groups {
		switch {
		case first[i] && !second[i]:
			values[i] = 1
			surplus[members[i]]++
			d.Only[0]++
		case second[i] && !first[i]:
			values[i] = -1
			surplus[members[i]]--
			d.Only[1]++
		}
	}
	d.Accuracy = meanWithPrior(groups, values, d.prior()...)
	d.model = splitWithPrior(groups, [][]float64{values}, d.prior())
	d.P, d.MinSurplus = signFlips(surplus, d.Only[0]-d.Only[1])
	return d
}

// signFlips gives each surplus either sign with equal probability. It returns the probability p that the absolute total is
// at least |observed|, and the smallest absolute total with a probability below 5 %.
func signFlips(surplus []int, observed int) (p float64, minSignificant int) {
	maxTotal := 0
	for _, s := range surplus {
		maxTotal += abs(s)
	}
	distribution := totalDistribution(surplus, maxTotal)
	minSignificant = maxTotal + 1
	tail := 0.0
	for total := maxTotal; total >= 0; total-- {
		tail += distribution[maxTotal+total]
		if total > 0 {
			tail += distribution[maxTotal-total]
		}
		if total >= abs(observed) {
			p = tail
		}
		if tail < 0.05 && distribution[maxTotal+total] > 0 {
			minSignificant = total
		}
	}
	return math.Min(p, 1), minSignificant
}

// totalDistribution returns the probability of each total under random signs, from −maxTotal to maxTotal.
func totalDistribution(surplus []int, maxTotal int) []float64 {
	distribution := make([]float64, 2*maxTotal+1)
	distribution[maxTotal] = 1
	for _, s := range surplus {
		if s == 0 {
			continue
		}
		next := make([]float64, len(distribution))
		for i, probability := range distribution {
			if probability > 0 {
				next[i-abs(s)] += probability / 2
				next[i+abs(s)] += probability / 2
			}
		}
		distribution = next
	}
	return distribution
}

func abs(x int) int { return max(x, -x) }
