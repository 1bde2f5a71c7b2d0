package plots

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/plots/internal/look"
)

// Objectives draws accuracy and margin of each objective of a run that mixes several: on held-out pairs, or without
// these the trend of the training pairs.
func Objectives(h metrics.History) Figure {
	accuracy, margin := accuracyPanel(metrics.History{}), marginPanel(metrics.History{})
	accuracy.title, margin.title = "Accuracy by objective", "Margin by objective"
	accuracy.lines, margin.lines = objectiveLines(h, "rewards/accuracies"), objectiveLines(h, "rewards/margins")
	if len(h.Evaluations) > 0 {
		accuracy.title, margin.title = "Held-out accuracy by objective", "Held-out margin by objective"
	}
	return wide("objectives", 11, 4.2, []panel{accuracy, margin})
}

// objectiveLines is a line per objective, and a dashed one for all pairs.
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
	total.color, total.dashes, total.marked = axisColor, look.Dashes, false
	lines := []line{total}
	for i, name := range h.Objectives() {
		lines = append(lines, draw(name, metric+"/"+name).numbered(i))
	}
	return lines
}

// Tradeoff draws two objectives against each other, a point per run: the accuracies on held-out pairs at the last
// evaluation, with 95 % confidence intervals, and the margins. Runs without held-out pairs of both are skipped.
func Tradeoff(x, y string, runs []Run) (Figure, error) {
	accuracy := panel{
		title: "Held-out accuracy, with 95% intervals", yLabel: y, x: &xAxis{label: x, percent: true, minSpan: 0.1},
		percent: true, zoom: true, minSpan: 0.1,
	}
	margin := panel{title: "Held-out margin", yLabel: y, x: &xAxis{label: x, minSpan: 0.02}, minSpan: 0.02}
	for i, run := range runs {
		first, second, ok := lastOf(run.History, x, y)
		if !ok {
			continue
		}
		color := look.Of(i).Color
		accuracy.lines = append(accuracy.lines, intervals(first, second, color)...)
		accuracy.lines = append(accuracy.lines, dots(run.Name, plotter.XYs{{X: first.RewardsAccuracies, Y: second.RewardsAccuracies}}, color).numbered(i))
		margin.lines = append(margin.lines, dots(run.Name, plotter.XYs{{X: first.RewardsMargins, Y: second.RewardsMargins}}, color).numbered(i))
	}
	if len(margin.lines) == 0 {
		return Figure{}, fmt.Errorf("draw %s against %s: no run has held-out pairs of both; train on a mix of both, with held-out pairs", y, x)
	}
	figure := wide("tradeoff_"+fileName(x)+"_"+fileName(y), 11, 4.8, []panel{accuracy, margin})
	figure.Height += figure.legendExcess()
	return figure, nil
}

// lastOf is two objectives of the last evaluation that has both.
func lastOf(h metrics.History, x, y string) (first, second metrics.Objective, ok bool) {
	for i := len(h.Evaluations) - 1; i >= 0; i-- {
		list := h.Evaluations[i].Objectives
		a := slices.IndexFunc(list, func(o metrics.Objective) bool { return o.Name == x })
		b := slices.IndexFunc(list, func(o metrics.Objective) bool { return o.Name == y })
		if a >= 0 && b >= 0 {
			return list[a], list[b], true
		}
	}
	return first, second, false
}

// intervals is the intervals of two accuracies, as a cross.
func intervals(first, second metrics.Objective, c color.NRGBA) []line {
	left, right := statistics.Wilson(first.RewardsAccuracies, first.Pairs)
	low, high := statistics.Wilson(second.RewardsAccuracies, second.Pairs)
	x, y := first.RewardsAccuracies, second.RewardsAccuracies
	return []line{
		interval(plotter.XY{X: left, Y: y}, plotter.XY{X: right, Y: y}, c),
		interval(plotter.XY{X: x, Y: low}, plotter.XY{X: x, Y: high}, c),
	}
}

// interval is a line between the two ends of a confidence interval.
func interval(from, to plotter.XY, c color.NRGBA) line {
	ends := plotter.XYs{from, to}
	if !finite.Is(to.X-from.X) || !finite.Is(to.Y-from.Y) { // of one prompt, whose other end would be a point that is none
		ends = nil
	}
	return line{points: ends, color: withAlpha(c, 0x90), width: faintWidth}
}

// fileName replaces slashes in a name.
func fileName(name string) string { return strings.NewReplacer("/", "-", "\\", "-").Replace(name) }
