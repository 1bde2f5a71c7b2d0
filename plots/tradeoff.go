package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"example.com/gonb-dpo/dpocore/metrics"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Objectives shows what a run that mixes several objectives did to each: on held-out
// pairs, or where none were scored as the trend of the training pairs.
func Objectives(h metrics.History) Figure {
	accuracy, margin := accuracyPanel(metrics.History{}), marginPanel(metrics.History{})
	accuracy.title, margin.title = "Accuracy by objective", "Margin by objective"
	accuracy.lines, margin.lines = objectiveLines(h, "rewards/accuracies"), objectiveLines(h, "rewards/margins")
	if len(h.Evaluations) > 0 {
		accuracy.title, margin.title = "Held-out accuracy by objective", "Held-out margin by objective"
	}
	return Figure{
		Name: "objectives", Width: 11 * vg.Inch, Height: 4.2 * vg.Inch,
		panels: [][]panel{{accuracy, margin}},
	}
}

// objectiveLines gives each objective its line, and the total a dashed one.
func objectiveLines(h metrics.History, metric string) []line {
	held := len(h.Evaluations) > 0
	if held {
		metric = heldOutPrefix + metric
	}
	draw := func(label, name string) line {
		l := line{label: label, points: series(h, name), width: lineWidth, marked: held}
		if !held {
			_, l.points = stepsAndTrend(l.points)
		}
		return l
	}
	total := draw("all pairs", metric)
	total.color, total.dashed, total.marked = axisColor, true, false
	lines := []line{total}
	for i, name := range h.Objectives() {
		l := draw(name, metric+"/"+name)
		l.color = cycle[i%len(cycle)]
		lines = append(lines, l)
	}
	return lines
}

// Tradeoff sets two objectives of runs that mix them against each other, a point a
// run: the accuracy on held-out pairs at the last evaluation, with the intervals that
// hold the true figures with 95 % confidence, and the margin. Runs without held-out
// pairs of both are left out.
func Tradeoff(x, y string, runs []Run) (Figure, error) {
	accuracy := panel{
		title: "Held-out accuracy, with 95% intervals", yLabel: y, x: &xAxis{label: x, percent: true, leastSpan: 0.1},
		percent: true, close: true, leastSpan: 0.1,
	}
	margin := panel{title: "Held-out margin", yLabel: y, x: &xAxis{label: x, leastSpan: 0.02}, leastSpan: 0.02}
	for i, run := range runs {
		first, second, ok := lastOf(run.History, x, y)
		if !ok {
			continue
		}
		point := line{label: run.Name, color: cycle[i%len(cycle)], width: lineWidth, marked: true}
		accuracy.lines = append(accuracy.lines, intervals(first, second, withAlpha(point.color, 0x90))...)
		point.points = plotter.XYs{{X: first.RewardsAccuracies, Y: second.RewardsAccuracies}}
		accuracy.lines = append(accuracy.lines, point)
		point.points = plotter.XYs{{X: first.RewardsMargins, Y: second.RewardsMargins}}
		margin.lines = append(margin.lines, point)
	}
	if len(margin.lines) == 0 {
		return Figure{}, fmt.Errorf("draw %s against %s: no run has held-out figures of both; train with a mix that names them, and pairs held out", y, x)
	}
	figure := Figure{
		Name: "tradeoff_" + fileName(x) + "_" + fileName(y), Width: 11 * vg.Inch, Height: 4.8 * vg.Inch,
		panels: [][]panel{{accuracy, margin}},
	}
	rows := len(legendRows(margin.entries(), figure.Width/2-2*outerSpace))
	figure.Height += legendHeight * vg.Length(max(rows-2, 0))
	return figure, nil
}

// lastOf gives two objectives of the last evaluation that has both.
func lastOf(h metrics.History, x, y string) (first, second metrics.Objective, ok bool) {
	for i := len(h.Evaluations) - 1; i >= 0; i-- {
		var found [2]bool
		for _, o := range h.Evaluations[i].Objectives {
			if o.Name == x {
				first, found[0] = o, true
			}
			if o.Name == y {
				second, found[1] = o, true
			}
		}
		if found[0] && found[1] {
			return first, second, true
		}
	}
	return first, second, false
}

// intervals draws the two accuracies' intervals as a cross.
func intervals(first, second metrics.Objective, c color.NRGBA) []line {
	left, right := wilson(first.RewardsAccuracies, first.Pairs)
	low, high := wilson(second.RewardsAccuracies, second.Pairs)
	across := plotter.XYs{{X: left, Y: second.RewardsAccuracies}, {X: right, Y: second.RewardsAccuracies}}
	upward := plotter.XYs{{X: first.RewardsAccuracies, Y: low}, {X: first.RewardsAccuracies, Y: high}}
	return []line{{points: across, color: c, width: faintWidth}, {points: upward, color: c, width: faintWidth}}
}

// wilson is the score interval of a share of n, with 95 % confidence (Wilson 1927).
func wilson(share float64, n int) (low, high float64) {
	const z = 1.959964
	if n < 1 {
		return 0, 1
	}
	count := float64(n)
	center := (share + z*z/(2*count)) / (1 + z*z/count)
	half := z * math.Sqrt(share*(1-share)/count+z*z/(4*count*count)) / (1 + z*z/count)
	return max(0, center-half), min(1, center+half)
}

// span is the range of the lines' x values with a margin.
func (x *xAxis) span(lines []line) (low, high float64) {
	turned := panel{leastSpan: x.leastSpan}
	for _, l := range lines {
		var flipped plotter.XYs
		for _, xy := range l.points {
			flipped = append(flipped, plotter.XY{X: xy.Y, Y: xy.X})
		}
		turned.lines = append(turned.lines, line{points: flipped})
	}
	return turned.yRange()
}

// fileName is a name without what can't stand in a file's.
func fileName(name string) string { return strings.NewReplacer("/", "-", "\\", "-").Replace(name) }
