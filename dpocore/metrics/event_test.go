package metrics

import (
	"math"
	"testing"
)

// TestAnswerRewards: a step may have answers of one kind only.
func TestAnswerRewards(t *testing.T) {
	for want, m := range map[string]PairMeans{
		"rewards of good answers +0.1000, rewards of bad answers -0.2000": {RewardsChosen: 0.1, RewardsRejected: -0.2},
		"rewards of good answers +0.1000, no bad answers":                 {RewardsChosen: 0.1, RewardsRejected: math.NaN()},
	} {
		if got := m.AnswerRewards(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
