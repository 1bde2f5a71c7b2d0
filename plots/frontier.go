package plots

import (
	"cmp"
	"slices"

	"example.com/gonb-dpo/dpocore/sweep"
	"gonum.org/v1/plot/plotter"
)

// Frontier sets the runs of a sweep against each other, a point a run: accuracy on
// held-out pairs over the divergence from the reference, both with 95 % intervals.
// The dashed line joins the runs to which none is both nearer and better.
func Frontier(runs []sweep.Run) Figure {
	p := panel{
		title: "What accuracy costs: held-out accuracy over KL", yLabel: "Held-out pairs ranked right",
		x:       &xAxis{label: "KL from the reference (nats a token)", leastSpan: 1e-4},
		percent: true, close: true, leastSpan: 0.1,
		references: []reference{{level: 0.5, label: "coin toss"}}, nothing: "No run finished yet",
	}
	if best := frontier(runs); len(best) > 1 {
		p.lines = append(p.lines, line{label: "none nearer and better", points: best, color: axisColor, width: dashedWidth, dashed: true})
	}
	var points []line
	for i, run := range runs {
		color := cycle[i%len(cycle)]
		x, y := run.KL, run.Accuracy
		p.x.leastSpan = max(p.x.leastSpan, x.Value) // so that a hair's breadth doesn't look like a distance
		across := plotter.XYs{{X: max(0, x.Low), Y: y.Value}, {X: x.High, Y: y.Value}}
		upward := plotter.XYs{{X: x.Value, Y: max(0, y.Low)}, {X: x.Value, Y: min(1, y.High)}}
		for _, interval := range []plotter.XYs{across, upward} {
			p.lines = append(p.lines, line{points: interval, color: withAlpha(color, 0x90), width: faintWidth})
		}
		points = append(points, line{label: run.Name, points: plotter.XYs{{X: x.Value, Y: y.Value}}, color: color, width: lineWidth, marked: true})
	}
	p.lines = append(p.lines, points...) // over all intervals
	return single("frontier", p)
}

// frontier are the points to which none is both nearer and better, from near to far.
func frontier(runs []sweep.Run) plotter.XYs {
	sorted := slices.Clone(runs)
	slices.SortFunc(sorted, func(a, b sweep.Run) int {
		return cmp.Or(cmp.Compare(a.KL.Value, b.KL.Value), cmp.Compare(b.Accuracy.Value, a.Accuracy.Value))
	})
	var best plotter.XYs
	for _, run := range sorted {
		if n := len(best); n == 0 || run.Accuracy.Value > best[n-1].Y {
			best = append(best, plotter.XY{X: run.KL.Value, Y: run.Accuracy.Value})
		}
	}
	return best
}
