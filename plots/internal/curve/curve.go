// Package curve prepares the points of a line to be drawn: gaps, trends, and fewer points than were measured.
package curve

import (
	"math"

	"gonum.org/v1/plot/plotter"
)

// maxDrawn is the maximum absolute value that is drawn. Larger ones are gaps, like NaN: no metric is that large, and
// their ranges would overflow.
const maxDrawn = 1e30

func drawable(x float64) bool { return math.Abs(x) <= maxDrawn } // false for NaN

// Points pairs two slices, up to the shorter one's length.
func Points(xs, ys []float64) plotter.XYs {
	joined := make(plotter.XYs, min(len(xs), len(ys)))
	for i := range joined {
		joined[i] = plotter.XY{X: xs[i], Y: ys[i]}
	}
	return joined
}

// Pieces splits a line at its gaps.
func Pieces(line plotter.XYs) []plotter.XYs {
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

// Trend smooths a noisy line by the mean around each step, with tricube weights (Cleveland 1979). Unlike a moving
// average of past steps it does not lag behind a falling loss. The window is a fifth of the points to either side, 3
// to 100 of them; it is narrower near the first step, where DPO's values are known exactly, and one-sided at the
// last steps. Gaps stay gaps and have no weight.
func Trend(line plotter.XYs) plotter.XYs {
	const minReach, maxReach = 3, 100
	smooth := make(plotter.XYs, len(line))
	for i, p := range line {
		smooth[i] = plotter.XY{X: p.X, Y: math.NaN()}
		if !drawable(p.X) || !drawable(p.Y) {
			continue
		}
		reach := min(max(i, minReach), max(len(line)/5, minReach), maxReach)
		first, last := max(i-reach, 0), min(i+reach, len(line)-1)
		sum, weights := 0.0, 0.0
		for j := first; j <= last; j++ {
			if !drawable(line[j].Y) {
				continue
			}
			far := math.Abs(float64(j-i)) / float64(reach+1)
			near := 1 - far*far*far
			weight := near * near * near
			sum, weights = sum+weight*line[j].Y, weights+weight
		}
		smooth[i].Y = sum / weights
	}
	return smooth
}

// Limits on the points of a line.
const (
	TrendFrom = 8   // minimum number of points for a trend
	MaxPoints = 200 // per line: more are indistinguishable, and slow to draw
)

// Joined is the number of steps per drawn point.
func Joined(line plotter.XYs) int { return (len(line) + MaxPoints - 1) / MaxPoints }

// Condense replaces groups of neighbours by their mean without gaps. A group of gaps is a gap.
func Condense(line plotter.XYs, neighbours int) plotter.XYs {
	if neighbours <= 1 {
		return line
	}
	var short plotter.XYs
	for start := 0; start < len(line); start += neighbours {
		sum, count := plotter.XY{}, 0.0
		for _, p := range line[start:min(start+neighbours, len(line))] {
			if drawable(p.X) && drawable(p.Y) {
				sum.X, sum.Y, count = sum.X+p.X, sum.Y+p.Y, count+1
			}
		}
		short = append(short, plotter.XY{X: sum.X / count, Y: sum.Y / count}) // NaN for none
	}
	return short
}

// Thin is the first point, every n-th point after it, and the last.
func Thin(line plotter.XYs, n int) plotter.XYs {
	if n <= 1 {
		return line
	}
	var short plotter.XYs
	for i, p := range line {
		if i%n == 0 || i == len(line)-1 {
			short = append(short, p)
		}
	}
	return short
}
