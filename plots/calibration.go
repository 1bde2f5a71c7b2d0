package plots

import (
	"example.com/gonb-dpo/dpocore/statistics"
	"gonum.org/v1/plot/plotter"
)

// Calibration shows whether the implicit reward means what it says: of the pairs on
// whose better answer the policy is so sure, the share ranked right, with 95 %
// intervals. Points above the dashed line are of a policy that is right more often
// than it claims, those below of one that boasts.
func Calibration(c statistics.Calibration) Figure {
	p := panel{
		title: "Calibration of the implicit reward", yLabel: "Pairs ranked right",
		x:       &xAxis{label: "How sure the policy is: σ(|margin|)", percent: true, leastSpan: 0.05},
		percent: true, references: []reference{{level: 0.5, label: "coin toss"}}, nothing: "No pair measured yet",
	}
	var means plotter.XYs
	for _, bin := range c.Bins {
		means = append(means, plotter.XY{X: bin.Sureness, Y: bin.Accuracy.Value})
		p.lines = append(p.lines, line{
			points: plotter.XYs{{X: bin.Sureness, Y: max(0, bin.Accuracy.Low)}, {X: bin.Sureness, Y: min(1, bin.Accuracy.High)}},
			color:  withAlpha(blue, 0x90), width: faintWidth,
		})
	}
	if n := len(means); n > 0 {
		first, last := means[0].X, means[n-1].X
		if last-first < p.x.leastSpan {
			last = first + p.x.leastSpan
		}
		p.lines = append(p.lines, line{label: "as right as it is sure", points: plotter.XYs{{X: first, Y: first}, {X: last, Y: last}}, color: axisColor, width: dashedWidth, dashed: true})
	}
	p.lines = append(p.lines, line{label: "held-out pairs, in groups of like sureness", points: means, color: blue, width: lineWidth, marked: true})
	return single("calibration", p)
}
