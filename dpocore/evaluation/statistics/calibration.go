package statistics

import (
	"cmp"
	"math"
	"slices"
)

// Calibration compares the implicit reward's confidence with its accuracy. Under DPO's preference model (Bradley and Terry
// 1952), a margin of β·gap means that the chosen answer is better with probability σ(margin). So of the pairs on which the
// policy is 70 % confident, in either answer, 70 % should be ranked correctly.
type Calibration struct {
	Bins []Bin `json:"bins"`

	// Error is the expected calibration error: the distance between confidence and accuracy, averaged over the bins and
	// weighted by their pairs (Naeini et al. 2015). Sampling noise keeps it above 0, so with few pairs per bin it
	// overestimates the true error.
	Error float64 `json:"expected_calibration_error"`

	// Brier is the mean of (1 − σ(margin))² (Brier 1950): 0 is perfect, 0.25 is a coin toss.
	Brier Estimate `json:"brier"`
}

// A Bin summarizes pairs of similar confidence. All bins have about the same number of pairs (Nguyen and O'Connor 2015);
// bins of equal width would put all pairs of a short run, whose margins are small, into a single bin.
type Bin struct {
	Pairs      int      `json:"pairs"`
	Confidence float64  `json:"sureness"` // mean of max(σ(margin), 1 − σ(margin)), from 0.5 to 1
	Accuracy   Estimate `json:"accuracy"`
}

// There are at most maxBins bins, and each has at least minPairsPerBin pairs unless it is the only one.
const (
	maxBins        = 10
	minPairsPerBin = 12
)

// Calibrate compares the confidence of margins (β·gap, one per pair) with how often their sign is right.
func Calibrate(groups []int, margins []float64) Calibration {
	order := make([]int, len(margins))
	losses := make([]float64, len(margins))
	for i, margin := range margins {
		order[i] = i
		miss := 1 - sigmoid(margin)
		losses[i] = miss * miss
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(margins[a]), math.Abs(margins[b])) })
	c := Calibration{Brier: Mean(groups, losses)}
	bins := max(1, min(maxBins, len(order)/minPairsPerBin))
	for b := range bins {
		members := order[b*len(order)/bins : (b+1)*len(order)/bins]
		bin := newBin(members, groups, margins)
		c.Bins = append(c.Bins, bin)
		c.Error += math.Abs(bin.Accuracy.Value-bin.Confidence) * float64(bin.Pairs) / float64(len(order))
	}
	return c
}

// newBin summarizes the pairs with the given indices.
func newBin(members, groups []int, margins []float64) Bin {
	bin := Bin{Pairs: len(members)}
	var binGroups []int
	var correct []bool
	for _, i := range members {
		binGroups, correct = append(binGroups, groups[i]), append(correct, margins[i] > 0)
		bin.Confidence += sigmoid(math.Abs(margins[i])) / float64(len(members))
	}
	bin.Accuracy = Share(binGroups, correct)
	return bin
}
