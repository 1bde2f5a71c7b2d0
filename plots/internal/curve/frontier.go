package curve

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/plotter"
)

// Frontier is the points on the Pareto frontier, by increasing X: no other point has a smaller X and a larger Y.
func Frontier(points plotter.XYs) (best plotter.XYs) {
	sorted := slices.Clone(points)
	slices.SortFunc(sorted, func(a, b plotter.XY) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(b.Y, a.Y)) })
	for _, point := range sorted {
		if n := len(best); n == 0 || point.Y > best[n-1].Y {
			best = append(best, point)
		}
	}
	return best
}
