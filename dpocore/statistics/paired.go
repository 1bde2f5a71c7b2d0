package statistics

import "math"

// A Difference is between two runs measured on the same pairs.
type Difference struct {
	Accuracy Estimate `json:"accuracy"` // the first run's less the second's
	Only     [2]int   `json:"only"`     // pairs that only the first, only the second ranks right
	P        float64  `json:"p"`        // how often chance alone makes a difference as large, in either direction
	Pairs    int      `json:"pairs"`    // measured by both
	Least    int      `json:"least"`    // the smallest surplus of pairs that would have P below 0.05, had they fallen so
}

// fewDiffer is how many pairs must differ for an interval by the measured ones alone.
const fewDiffer = 8

// Compare tests whether two runs rank a different share of pairs right. Only pairs on which they differ tell anything:
// if there were no difference, each prompt's surplus would as likely fall to the other run. P is the exact share of all
// such assignments with a total as large as the one seen. Where each prompt has one pair this is McNemar's exact test
// (1947). Where runs differ on few pairs, a pair that only the first ranks right and one that only the
// second does are put beside the measured ones for the interval of the difference (after Agresti and Min 2005), without
// which runs that agree on all pairs would be alike for certain.
func Compare(groups []int, first, second []bool) Difference {
	members, count := numbered(groups)
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
	var beside []float64
	if d.Only[0]+d.Only[1] < fewDiffer {
		beside = []float64{1, -1}
	}
	d.Accuracy = meanBeside(groups, values, beside...)
	d.P, d.Least = signFlips(surplus, d.Only[0]-d.Only[1])
	return d
}

// signFlips gives each surplus either sign with equal chance, and returns how often the total's size reaches the one
// seen, and the least size that chance reaches in less than 5 %.
func signFlips(surplus []int, seen int) (p float64, least int) {
	all := 0
	for _, s := range surplus {
		all += abs(s)
	}
	chance := make([]float64, 2*all+1) // of each total, from −all up
	chance[all] = 1
	for _, s := range surplus {
		if s == 0 {
			continue
		}
		next := make([]float64, len(chance))
		for i, share := range chance {
			if share > 0 {
				next[i-abs(s)] += share / 2
				next[i+abs(s)] += share / 2
			}
		}
		chance = next
	}
	least = all + 1
	tail := 0.0
	for size := all; size >= 0; size-- {
		tail += chance[all+size]
		if size > 0 {
			tail += chance[all-size]
		}
		if size >= abs(seen) {
			p = tail
		}
		if tail < 0.05 && chance[all+size] > 0 {
			least = size
		}
	}
	return math.Min(p, 1), least
}

func abs(x int) int { return max(x, -x) }
