package curve

import (
	"math"
	"testing"

	"gonum.org/v1/plot/plotter"
)

var nan = math.NaN()

// values is a line over the steps from 1.
func values(ys ...float64) plotter.XYs {
	xs := make([]float64, len(ys))
	for i := range xs {
		xs[i] = float64(i + 1)
	}
	return Points(xs, ys)
}

func TestPieces(t *testing.T) {
	for _, c := range []struct {
		line plotter.XYs
		want []int // points of each piece
	}{
		{values(), nil},
		{values(nan, nan), nil},
		{values(1, 2, 3), []int{3}},
		{values(nan, 1, math.Inf(1), 2, 3, math.Inf(-1)), []int{1, 2}},
		{values(1, 1e300, 2), []int{1, 1}},
		{plotter.XYs{{X: nan, Y: 1}, {X: 2, Y: 1}}, []int{1}},
	} {
		got := Pieces(c.line)
		if len(got) != len(c.want) {
			t.Errorf("%v is split into %v, want pieces of %v", c.line, got, c.want)
			continue
		}
		for i := range got {
			if len(got[i]) != c.want[i] {
				t.Errorf("%v is split into %v, want pieces of %v", c.line, got, c.want)
			}
		}
	}
}

func TestTrendOfAConstantIsTheConstant(t *testing.T) {
	for _, p := range Trend(values(3, 3, nan, 3, 3, 3, 3, 3, 3)) {
		if p.X == 3 {
			if !math.IsNaN(p.Y) {
				t.Errorf("the gap became %g", p.Y)
			}
		} else if math.Abs(p.Y-3) > 1e-12 {
			t.Errorf("step %g: %g, want 3", p.X, p.Y)
		}
	}
}

// Away from the ends a straight line equals its trend: no lag.
func TestTrendDoesNotLag(t *testing.T) {
	line := make(plotter.XYs, 60)
	for i := range line {
		line[i] = plotter.XY{X: float64(i + 1), Y: 0.7 - 0.005*float64(i)}
	}
	smooth := Trend(line)
	for i := 12; i < 48; i++ { // 60 / 5 = 12 steps to either side
		if math.Abs(smooth[i].Y-line[i].Y) > 1e-12 {
			t.Errorf("step %d: %g, want %g", i+1, smooth[i].Y, line[i].Y)
		}
	}
}

// Five points reach 3 to either side: at a distance of 0, 1, 2, 3 quarters the
// tricube weight (1 − d³)³ is 1, (63/64)³, (56/64)³, (37/64)³.
func TestTrendByHand(t *testing.T) {
	smooth := Trend(values(1, 0, 0, 0, 0))
	w := []float64{1, 0.953854, 0.669922, 0.193226}
	want := []float64{
		w[0] / (w[0] + w[1] + w[2] + w[3]),
		w[1] / (w[1] + w[0] + w[1] + w[2] + w[3]),
		w[2] / (w[2] + w[1] + w[0] + w[1] + w[2]),
		w[3] / (w[3] + w[2] + w[1] + w[0] + w[1]),
		0, // the first point is 4 away
	}
	for i := range want {
		if math.Abs(smooth[i].Y-want[i]) > 1e-6 {
			t.Errorf("step %d: %g, want %g", i+1, smooth[i].Y, want[i])
		}
	}
}

func TestCondense(t *testing.T) {
	got := Condense(values(1, 3, nan, 5, nan, nan, 8), 2)
	// Steps 1 and 2 are joined; of 3 and 4 only 4 has a value; 5 and 6 are a gap; 7 is alone.
	want := plotter.XYs{{X: 1.5, Y: 2}, {X: 4, Y: 5}, {X: nan, Y: nan}, {X: 7, Y: 8}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] && !(math.IsNaN(want[i].Y) && math.IsNaN(got[i].Y)) {
			t.Errorf("point %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestThinKeepsBothEnds(t *testing.T) {
	got := Thin(values(1, 2, 3, 4, 5, 6), 4)
	if len(got) != 3 || got[0].Y != 1 || got[1].Y != 5 || got[2].Y != 6 {
		t.Errorf("got %v", got)
	}
}
