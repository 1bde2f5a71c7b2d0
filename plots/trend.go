package plots

import (
	"math"

	"gonum.org/v1/plot/plotter"
)

// A value beyond this is drawn as a gap, like NaN: no figure of a run is that
// large, and ranges of it would overflow.
const greatestDrawn = 1e30

func drawable(x float64) bool { return math.Abs(x) <= greatestDrawn } // false for NaN

// points pairs what two slices have in common; a surplus of one is left out.
func points(xs, ys []float64) plotter.XYs {
	joined := make(plotter.XYs, min(len(xs), len(ys)))
	for i := range joined {
		joined[i] = plotter.XY{X: xs[i], Y: ys[i]}
	}
	return joined
}

// pieces cuts a line at its gaps.
func pieces(line plotter.XYs) []plotter.XYs {
	var cut []plotter.XYs
	start := 0
	for i := 0; i <= len(line); i++ {
		if i < len(line) && drawable(line[i].X) && drawable(line[i].Y) {
			continue
		}
		if i > start {
			cut = append(cut, line[start:i])
		}
		start = i + 1
	}
	return cut
}

// trend smooths a noisy line by an exponential moving average over the steps, with
// the weights of the first steps corrected to add up to one, so that it begins at
// the first value. It spans a tenth of the points, 4 to 50. Gaps stay gaps and
// don't enter the mean.
func trend(line plotter.XYs) plotter.XYs {
	span := min(max(float64(len(line))/10, 4), 50)
	keep := 1 - 2/(span+1)
	smooth := make(plotter.XYs, len(line))
	sum, weight := 0.0, 0.0
	for i, p := range line {
		smooth[i] = plotter.XY{X: p.X, Y: math.NaN()}
		if !drawable(p.Y) {
			continue
		}
		sum, weight = sum*keep+p.Y, weight*keep+1
		smooth[i].Y = sum / weight
	}
	return smooth
}

// trendFrom is the number of points from which a trend says more than the line.
const trendFrom = 8
