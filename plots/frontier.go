package plots

import (
	"gonum.org/v1/plot/plotter"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/look"
)

// Priced is what a method or a setting reached and what that cost, both with 95 % intervals.
type Priced struct {
	Name        string
	Cost, Value statistics.Estimate
	Seeds       plotter.XYs // of the single runs, if there are several
}

// Frontier draws the settings of a sweep, a point for each: accuracy on held-out pairs over KL from the reference, both
// with 95 % intervals, and a small dot for each seed. No other setting is closer to the reference and better than the dashed line.
func Frontier(settings []sweep.Setting) Figure {
	p := panel{
		title: "What accuracy costs: held-out accuracy over KL", yLabel: "Held-out pairs ranked right",
		x:       &xAxis{label: "KL from the reference (nats per token)", minSpan: 1e-4},
		percent: true, zoom: true, minSpan: 0.1,
		references: coinToss, empty: "No run finished yet",
	}
	var points []Priced
	for _, s := range settings {
		point := Priced{Name: s.Name, Cost: s.KL, Value: s.Accuracy}
		point.Value.Low, point.Value.High = max(0, s.Accuracy.Low), min(1, s.Accuracy.High)
		for _, run := range s.Runs {
			if s.Seeds > 1 {
				point.Seeds = append(point.Seeds, plotter.XY{X: run.KL.Value, Y: run.Accuracy.Value})
			}
		}
		points = append(points, point)
	}
	return single("frontier", p.withPoints(points))
}

// ScoreFrontier draws methods by the judge's score of their answers over KL from the reference, as [Frontier] draws settings.
func ScoreFrontier(judge string, points []Priced) Figure {
	return single("score_frontier", panel{
		title: "What a score costs: " + judge + " over KL", yLabel: "Mean score of sampled answers",
		x: &xAxis{label: "KL from the reference (nats per answer)", minSpan: 1e-3}, minSpan: 0.1, empty: "No method finished yet",
	}.withPoints(points))
}

// withPoints adds points with their intervals, and the line through the best of them.
func (p panel) withPoints(all []Priced) panel {
	var reached plotter.XYs
	for _, s := range all {
		reached = append(reached, plotter.XY{X: s.Cost.Value, Y: s.Value.Value})
	}
	if best := curve.Frontier(reached); len(best) > 1 {
		p.lines = append(p.lines, line{label: "none nearer and better", points: best, color: axisColor, width: dashedWidth, dashes: look.Dashes})
	}
	var points []line
	for i, s := range all {
		color := look.Of(i).Color
		x, y := s.Cost, s.Value
		p.x.minSpan = max(p.x.minSpan, x.Value) // so that a tiny difference doesn't look large
		p.lines = append(p.lines,
			interval(plotter.XY{X: max(0, x.Low), Y: y.Value}, plotter.XY{X: x.High, Y: y.Value}, color),
			interval(plotter.XY{X: x.Value, Y: y.Low}, plotter.XY{X: x.Value, Y: y.High}, color))
		for _, seed := range s.Seeds {
			dot := dots("", plotter.XYs{seed}, color).numbered(i)
			dot.color = faint(color)
			p.lines = append(p.lines, dot)
		}
		points = append(points, dots(s.Name, plotter.XYs{{X: x.Value, Y: y.Value}}, color).numbered(i))
	}
	p.lines = append(p.lines, points...) // on top of all intervals
	return p
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
