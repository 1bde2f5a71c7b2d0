package ticks

import (
	"math"
	"strings"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticks     Round
		low, high float64
		want      string
	}{
		{Round{AtMost: 6}, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{Round{AtMost: 6}, -0.03, 0.71, "0.0 0.2 0.4 0.6"},
		{Round{AtMost: 6}, -1.2, 0.3, "−1.00 −0.75 −0.50 −0.25 0.00 0.25"},
		{Round{AtMost: 6}, 0.6849, 0.7013, "0.685 0.690 0.695 0.700"},
		{Round{AtMost: 6, Percent: true}, -0.03, 1.03, "0% 20% 40% 60% 80% 100%"},
		{Round{AtMost: 7, Whole: true}, 0, 50.75, "0 10 20 30 40 50"},
		{Round{AtMost: 7, Whole: true}, 0, 1.5, "0 1"},
		{Round{AtMost: 7, Whole: true}, 0, 2000, "0 500 1000 1500 2000"},
		{Round{AtMost: 6}, 0, 5e-5, "0 1e−5 2e−5 3e−5 4e−5 5e−5"},
		{Round{AtMost: 6}, 0, 105000, "0k 20k 40k 60k 80k 100k"},
		{Round{AtMost: 6}, 0, 3.1e6, "0M 1M 2M 3M"},
		{Round{AtMost: 6}, -1e30, 1e30, "−1e30 −5e29 0 5e29 1e30"},
	} {
		var labels []string
		for _, mark := range c.ticks.Ticks(c.low, c.high) {
			labels = append(labels, mark.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%+v from %g to %g: %s, want %s", c.ticks, c.low, c.high, got, c.want)
		}
	}
}

// For any range, an axis has at least 3 ticks and at most its maximum, and no two
// labels are equal.
func TestTicksAreEnoughAndDistinct(t *testing.T) {
	for exponent := -8; exponent <= 12; exponent++ {
		for _, mantissa := range []float64{1, 1.3, 2.01, 3.7, 4.99, 7, 9.99} {
			span := mantissa * math.Pow(10, float64(exponent))
			for _, low := range []float64{0, -span / 3, span * 2} {
				marks := Round{AtMost: 6}.Ticks(low, low+span)
				if len(marks) < 3 || len(marks) > 7 {
					t.Errorf("%d ticks from %g to %g", len(marks), low, low+span)
				}
				seen := map[string]bool{}
				for _, mark := range marks {
					if seen[mark.Label] {
						t.Errorf("%q is a label twice from %g to %g", mark.Label, low, low+span)
					}
					seen[mark.Label] = true
				}
			}
		}
	}
}
