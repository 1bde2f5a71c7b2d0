package curve

import (
	"slices"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// The frontier excludes points that are farther without being higher, and the lower of two equally far ones.
func TestFrontier(t *testing.T) {
	points := plotter.XYs{{X: 3, Y: 0.9}, {X: 1, Y: 0.6}, {X: 2, Y: 0.55}, {X: 1, Y: 0.7}, {X: 4, Y: 0.9}, {X: 5, Y: 0.95}}
	if got, want := Frontier(points), (plotter.XYs{{X: 1, Y: 0.7}, {X: 3, Y: 0.9}, {X: 5, Y: 0.95}}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		low, high, minSpan float64
		labelled           bool
		wantLow, wantHigh  float64
	}{
		{2, 1, 0, false, 0, 1},        // no point
		{0, 100, 0, false, -6, 106},   // 6 % on both sides
		{0, 100, 0, true, -6, 109},    // and half of that again
		{50, 50, 100, false, -6, 106}, // 50 ± 50
	} {
		if low, high := Spread(c.low, c.high, c.minSpan, c.labelled); low != c.wantLow || high != c.wantHigh {
			t.Errorf("%+v: %g to %g", c, low, high)
		}
	}
}
