package plots

import (
	"gonum.org/v1/plot/plotter"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/look"
)

// Calibration draws the accuracy of pairs over the policy's confidence in them, with 95 % intervals, in bins. Above
// the dashed line the policy is underconfident, below it overconfident.
func Calibration(c statistics.Calibration) Figure {
	p := panel{
		title: "Calibration of the implicit reward", yLabel: "Pairs ranked right",
		x:       &xAxis{label: "How sure the policy is: σ(|margin|)", percent: true, minSpan: 0.05},
		percent: true, references: coinToss, empty: "No pair measured yet",
	}
	var means plotter.XYs
	for _, bin := range c.Bins {
		means = append(means, plotter.XY{X: bin.Confidence, Y: bin.Accuracy.Value})
		p.lines = append(p.lines, interval(plotter.XY{X: bin.Confidence, Y: max(0, bin.Accuracy.Low)}, plotter.XY{X: bin.Confidence, Y: min(1, bin.Accuracy.High)}, look.Blue))
	}
	if n := len(means); n > 0 {
		first, last := means[0].X, means[n-1].X
		if last-first < p.x.minSpan {
			last = first + p.x.minSpan
		}
		p.lines = append(p.lines, line{label: "as right as it is sure", points: plotter.XYs{{X: first, Y: first}, {X: last, Y: last}}, color: axisColor, width: dashedWidth, dashes: look.Dashes})
	}
	p.lines = append(p.lines, dots("held-out pairs, in groups of like sureness", means, look.Blue))
	return single("calibration", p)
}

// Scores draws the mean score that a judge gives the answers after each round, 0 for before the first.
func Scores(judge string, rounds, scores []float64) Figure {
	return single("scores", panel{
		title: "Score of the answers, by round", yLabel: "Mean score",
		x:       &xAxis{label: "Round", whole: true, minSpan: 1},
		lines:   []line{dots(judge, curve.Points(rounds, scores), look.Blue)},
		minSpan: 0.1, empty: "No answers judged yet",
	})
}
