package plots

import (
	"cmp"
	"slices"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"gonum.org/v1/plot/plotter"
)

// Frontier draws the settings of a sweep, a point for each: accuracy on held-out pairs over KL from the reference, both
// with 95 % intervals, and a small dot for each seed if there are several. The dashed line is the Pareto frontier: no other
// setting is both closer to the reference and more accurate.
func Frontier(settings []sweep.Setting) Figure {
	p := panel{
		title: "What accuracy costs: held-out accuracy over KL", yLabel: "Held-out pairs ranked right",
		x:       &xAxis{label: "KL from the reference (nats per token)", minSpan: 1e-4},
		percent: true, zoom: true, minSpan: 0.1,
		references: coinToss, empty: "No run finished yet",
	}
	if best := frontier(settings); len(best) > 1 {
		p.lines = append(p.lines, line{label: "none nearer and better", points: best, color: axisColor, width: dashedWidth, dashed: true})
	}
	var points []line
	for i, s := range settings {
		color := cycle[i%len(cycle)]
		x, y := s.KL, s.Accuracy
		p.x.minSpan = max(p.x.minSpan, x.Value) // so that a tiny difference doesn't look large
		p.lines = append(p.lines,
			interval(plotter.XY{X: max(0, x.Low), Y: y.Value}, plotter.XY{X: x.High, Y: y.Value}, color),
			interval(plotter.XY{X: x.Value, Y: max(0, y.Low)}, plotter.XY{X: x.Value, Y: min(1, y.High)}, color))
		if s.Seeds > 1 {
			for _, run := range s.Runs {
				p.lines = append(p.lines, dots("", plotter.XYs{{X: run.KL.Value, Y: run.Accuracy.Value}}, faint(color)))
			}
		}
		points = append(points, dots(s.Name, plotter.XYs{{X: x.Value, Y: y.Value}}, color))
	}
	p.lines = append(p.lines, points...) // on top of all intervals
	return single("frontier", p)
}

// frontier is the points on the Pareto frontier, by increasing KL.
func frontier(settings []sweep.Setting) plotter.XYs {
	sorted := slices.Clone(settings)
	slices.SortFunc(sorted, func(a, b sweep.Setting) int {
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

// Swept is the record of a run of a sweep.
type Swept struct {
	Name    string
	Setting string  // its runs are the seeds of one line; Name if it is empty
	Beta    float64 // divides the margins
	History metrics.History
}

// Curves overlays the settings of a sweep by metrics that don't depend on beta: accuracy and gap during training,
// accuracy and the chosen answers' log-probability on held-out pairs. With several seeds a line is their mean, and on held-out pairs a
// band spans them.
func Curves(runs []Swept) Figure {
	gap := withTrends(panel{
		title: "Gap of the gains, without beta", yLabel: "Nats", references: noPreference, minSpan: 0.1, empty: noSteps,
	}, means(bySetting(runs, "rewards/margins", true)))
	accuracy := withTrends(panel{
		title: "Accuracy while training", yLabel: "Pairs ranked right", references: coinToss, percent: true, empty: noSteps,
	}, means(bySetting(runs, "rewards/accuracies", false)))
	held := panel{
		title: "Held-out accuracy", yLabel: "Pairs ranked right", references: coinToss, percent: true, empty: noHeldOut,
	}.withSeeds(bySetting(runs, "eval_rewards/accuracies", false))
	chosen := panel{
		title: "Held-out chosen answers", yLabel: "Log-probability (nats)", minSpan: 1, empty: noHeldOut,
	}.withSeeds(bySetting(runs, "eval_logps/chosen", false))
	figure := wide("curves", 11, 7, []panel{accuracy, gap}, []panel{held, chosen})
	figure.Height += 2 * figure.legendExcess()
	return figure
}
