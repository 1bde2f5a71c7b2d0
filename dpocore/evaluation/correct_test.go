package evaluation

import "testing"

// A margin within the rounding of its log-probabilities is a tie, which is not correct.
func TestTiesAreNotCorrect(t *testing.T) {
	for _, c := range []struct {
		margin float64
		want   bool
	}{{2e-4, false}, {-2e-4, false}, {0, false}, {2e-3, true}, {-2e-3, false}} { // the limit is 400·2⁻¹⁹ ≈ 7.6e-4
		if got := (Pair{Margin: c.margin, LogpsChosen: -300, LogpsRejected: -100}).Correct(); got != c.want {
			t.Errorf("a margin of %g is correct: %v", c.margin, got)
		}
	}
}
