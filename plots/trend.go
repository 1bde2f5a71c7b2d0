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

// trend smooths a noisy line: at each step the mean of the steps around it, near
// ones counting most (tricube weights). Unlike a moving average over past steps it
// does not lag behind a falling loss. It reaches a fifth of the points to either
// side, 3 to 100 of them; fewer near the first step, where DPO begins at values
// known exactly, and at the last steps only to those before. Gaps stay gaps and
// have no weight.
func trend(line plotter.XYs) plotter.XYs {
	const least, most = 3, 100
	smooth := make(plotter.XYs, len(line))
	for i, p := range line {
		smooth[i] = plotter.XY{X: p.X, Y: math.NaN()}
		if !drawable(p.X) || !drawable(p.Y) {
			continue
		}
		reach := min(max(i, least), max(len(line)/5, least), most)
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

const (
	trendFrom  = 8   // points from which a trend says more than the line
	mostPoints = 200 // of a line: more can't be told apart, and take long to draw
)

// joinedSteps is how many steps a drawn point stands for.
func joinedSteps(line plotter.XYs) int { return (len(line) + mostPoints - 1) / mostPoints }

// condense replaces each so many neighbours by their mean, leaving out gaps; where
// there are gaps alone, a gap stays.
func condense(line plotter.XYs, neighbours int) plotter.XYs {
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

// thin keeps the first point, every so manieth after it and the last.
func thin(line plotter.XYs, every int) plotter.XYs {
	if every <= 1 {
		return line
	}
	var short plotter.XYs
	for i, p := range line {
		if i%every == 0 || i == len(line)-1 {
			short = append(short, p)
		}
	}
	return short
}
