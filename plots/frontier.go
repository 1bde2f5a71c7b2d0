package plots

import (
	"cmp"
	"slices"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"gonum.org/v1/plot/plotter"
)

// Frontier draws the runs of a sweep, a point per run: accuracy on held-out pairs over KL from the reference, both
// with 95 % intervals. The dashed line is the Pareto frontier: no other run is both closer to the reference and more
// accurate.
func Frontier(runs []sweep.Run) Figure {
	p := panel{
		title: "What accuracy costs: held-out accuracy over KL", yLabel: "Held-out pairs ranked right",
		x:       &xAxis{label: "KL from the reference (nats per token)", minSpan: 1e-4},
		percent: true, zoom: true, minSpan: 0.1,
		references: coinToss, empty: "No run finished yet",
	}
	if best := frontier(runs); len(best) > 1 {
		p.lines = append(p.lines, line{label: "none nearer and better", points: best, color: axisColor, width: dashedWidth, dashed: true})
	}
	var points []line
	for i, run := range runs {
		color := cycle[i%len(cycle)]
		x, y := run.KL, run.Accuracy
		p.x.minSpan = max(p.x.minSpan, x.Value) // so that a tiny difference doesn't look large
		p.lines = append(p.lines,
			interval(plotter.XY{X: max(0, x.Low), Y: y.Value}, plotter.XY{X: x.High, Y: y.Value}, color),
			interval(plotter.XY{X: x.Value, Y: max(0, y.Low)}, plotter.XY{X: x.Value, Y: min(1, y.High)}, color))
		points = append(points, dots(run.Name, plotter.XYs{{X: x.Value, Y: y.Value}}, color))
	}
	p.lines = append(p.lines, points...) // on top of all intervals
	return single("frontier", p)
}

// frontier is the points on the Pareto frontier, by increasing KL.
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

// Swept is the record of a run of a sweep.
type Swept struct {
	Name    string
	Beta    float64 // divides the margins
	History metrics.History
}

// Curves overlays the runs of a sweep by metrics that don't depend on beta: accuracy and gap during training,
// accuracy and the chosen answers' log-probability on held-out pairs.
func Curves(runs []Swept) Figure {
	learned := func(metric string, divided bool) (all []Series) {
		for _, run := range runs {
			steps, values, _ := run.History.Series(metric)
			for i := range values {
				if divided {
					values[i] /= run.Beta
				}
			}
			all = append(all, Series{Name: run.Name, X: steps, Y: values})
		}
		return all
	}
	gap := withTrends(panel{
		title: "Gap of the gains, without beta", yLabel: "Nats", references: noPreference, minSpan: 0.1, empty: noSteps,
	}, learned("rewards/margins", true))
	accuracy := withTrends(panel{
		title: "Accuracy while training", yLabel: "Pairs ranked right", references: coinToss, percent: true, empty: noSteps,
	}, learned("rewards/accuracies", false))
	held := panel{
		title: "Held-out accuracy", yLabel: "Pairs ranked right", lines: exactLines(learned("eval_rewards/accuracies", false), true),
		references: coinToss, percent: true, empty: noHeldOut,
	}
	chosen := panel{
		title: "Held-out chosen answers", yLabel: "Log-probability (nats)", lines: exactLines(learned("eval_logps/chosen", false), true),
		minSpan: 1, empty: noHeldOut,
	}
	figure := wide("curves", 11, 7, []panel{accuracy, gap}, []panel{held, chosen})
	figure.Height += 2 * figure.legendExcess()
	return figure
}
