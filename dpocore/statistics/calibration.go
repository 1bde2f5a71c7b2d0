package statistics

import (
	"math"
	"slices"
)

// Calibration says whether the implicit reward means what it says. DPO's model of preferences gives a margin β·gain the
// probability σ(margin) that the chosen answer is the better one (Bradley and Terry 1952). So of the pairs on whose
// better answer the policy is 70 % sure, whichever answer that is, 70 % should be ranked right.
type Calibration struct {
	Bins []Bin `json:"bins"`

	// Error is the expected calibration error: how far sureness and accuracy lie apart, averaged over the bins by their
	// pairs (Naeini et al. 2015). Chance alone keeps it above 0: with few pairs a bin it is an upper bound.
	Error float64 `json:"expected_calibration_error"`

	// Brier is the mean of (1 − σ(margin))² (Brier 1950): 0 is perfect, 0.25 what a coin toss earns.
	Brier Estimate `json:"brier"`
}

// A Bin is pairs of about the same sureness. Bins hold equally many pairs (Nguyen and O'Connor 2015): those of equal
// width would put all pairs of a short run, whose margins are small, into one.
type Bin struct {
	Pairs    int      `json:"pairs"`
	Sureness float64  `json:"sureness"` // mean of max(σ(margin), 1 − σ(margin)), from 0.5 to 1
	Accuracy Estimate `json:"accuracy"`
}

// Bins are at most mostBins, and none has fewer pairs than leastInBin where there are as many.
const (
	mostBins   = 10
	leastInBin = 12
)

// Calibrate compares margins, β·gain of each pair, with what is right.
func Calibrate(groups []int, margins []float64) Calibration {
	order := make([]int, len(margins))
	losses := make([]float64, len(margins))
	for i, margin := range margins {
		order[i] = i
		wrong := 1 - sigmoid(margin)
		losses[i] = wrong * wrong
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := math.Abs(margins[a]), math.Abs(margins[b]); {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	})
	c := Calibration{Brier: Mean(groups, losses)}
	count := max(1, min(mostBins, len(order)/leastInBin))
	for b := range count {
		in := order[b*len(order)/count : (b+1)*len(order)/count]
		bin := binOf(in, groups, margins)
		c.Bins = append(c.Bins, bin)
		c.Error += math.Abs(bin.Accuracy.Value-bin.Sureness) * float64(bin.Pairs) / float64(len(order))
	}
	return c
}

func binOf(in, groups []int, margins []float64) Bin {
	bin := Bin{Pairs: len(in)}
	var own []int
	var right []bool
	for _, i := range in {
		own, right = append(own, groups[i]), append(right, margins[i] > 0)
		bin.Sureness += sigmoid(math.Abs(margins[i])) / float64(len(in))
	}
	bin.Accuracy = Share(own, right)
	return bin
}
