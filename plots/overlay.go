package plots

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots/internal/curve"
)

// Run is a run's record, with its name in a legend.
type Run struct {
	Name    string
	History metrics.History
}

// Series is one line over optimizer steps. A value that isn't finite is a gap. If X and Y differ in length, the
// surplus is ignored.
type Series struct {
	Name string
	X, Y []float64
}

// Overlay draws one metric of several runs in one panel. The metric has TRL's name, such as "loss" or
// "eval_rewards/accuracies", with an objective for runs that mix several: "eval_rewards/accuracies/helpfulness". The line of a forked run begins at
// its fork.
func Overlay(metric string, runs []Run) (Figure, error) {
	known := slices.Contains(metrics.Names(), metric)
	var all []Series
	for _, run := range runs {
		steps, values, recorded := run.History.Series(metric)
		steps, values = sinceFork(run.History, steps, values)
		all, known = append(all, Series{Name: run.Name, X: steps, Y: values}), known || recorded
	}
	if !known {
		return Figure{}, fmt.Errorf("overlay %q: unknown metric; use one of %s", metric, strings.Join(metrics.Names(), ", "))
	}
	p := metricPanel(metric)
	switch {
	case strings.HasPrefix(metric, heldOutPrefix):
		p.lines = exactLines(all, true)
	case slices.Contains(noiseless, metric):
		p.lines = exactLines(all, false)
	default:
		p = withTrends(p, all)
	}
	return single(strings.ReplaceAll(metric, "/", "_"), p), nil
}

// noiseless is the metrics that need no trend.
var noiseless = []string{"step", "seconds", "epoch", "learning_rate", "num_tokens"}

// Lines draws series over optimizer steps, as trends if they have enough points. A series without a name is named by
// its number.
func Lines(title, yLabel string, all ...Series) Figure {
	return single("lines", withTrends(panel{title: title, yLabel: yLabel, empty: noSteps}, all))
}

// Along draws series over another x axis, point by point.
func Along(name, title, xLabel, yLabel string, all ...Series) Figure {
	return single(name, panel{title: title, x: &xAxis{label: xLabel}, yLabel: yLabel, lines: exactLines(all, false)})
}

// exactLines gives every series a different look.
func exactLines(all []Series, marked bool) []line {
	lines := make([]line, len(all))
	for i, s := range all {
		lines[i] = line{label: s.Name, points: curve.Points(s.X, s.Y), width: lineWidth, marked: marked}.numbered(i)
		if s.Name == "" {
			lines[i].label = fmt.Sprintf("series %d", i+1)
		}
		if !marked {
			lines[i].points = curve.Thin(lines[i].points, curve.Joined(lines[i].points))
		}
	}
	return lines
}

// withTrends adds the trends of the series to the panel, on top of the single steps if there are at most two series.
func withTrends(p panel, all []Series) panel {
	var behind []line
	front := exactLines(all, false)
	trended := false
	for i, s := range all {
		raw := curve.Points(s.X, s.Y)
		if len(raw) < curve.TrendFrom {
			continue
		}
		steps, smooth := stepsAndTrend(raw)
		if len(all) <= 2 {
			behind = append(behind, line{points: steps, color: faint(front[i].color), width: faintWidth})
		}
		front[i].points, trended = smooth, true
	}
	if trended {
		p.yLabel += " (trend)"
	}
	p.lines = append(behind, front...)
	return p
}

const heldOutPrefix = "eval_"

// metricPanel has the title and labels of a metric; a metric without any is titled by its name.
func metricPanel(metric string) panel {
	p := panel{title: metric, yLabel: metric}
	metric, objective := splitObjective(metric)
	switch strings.TrimPrefix(metric, heldOutPrefix) {
	case "loss":
		p = lossPanel(metrics.History{})
	case "rewards/margins":
		p = marginPanel(metrics.History{})
	case "rewards/accuracies":
		p = accuracyPanel(metrics.History{})
	case "rewards/chosen", "rewards/rejected":
		p = rewardsPanel(metrics.History{})
		p.title = "Rewards of " + answers(metric)
		p.references = []reference{{level: 0, label: "same as the reference model"}}
	case "logps/chosen", "logps/rejected":
		p = logProbsPanel(metrics.History{})
		p.title = "Log-probabilities of " + answers(metric)
	case "grad_norm":
		p.title, p.yLabel = "Gradient norm", "L2 norm before clipping"
	case "learning_rate":
		p.title, p.yLabel = "Learning rate", "Learning rate"
	case "num_tokens":
		p.title, p.yLabel = "Tokens seen", "Tokens since the first step"
	}
	if objective != "" {
		p.title += ", " + objective
	}
	if strings.HasPrefix(metric, heldOutPrefix) {
		p.title += ", held-out pairs"
	}
	p.lines, p.bands, p.empty = nil, nil, noSteps
	return p
}

// splitObjective splits "eval_loss/helpfulness" into metric and objective. The objective of a metric of all pairs is
// "".
func splitObjective(name string) (metric, objective string) {
	if slices.Contains(metrics.Names(), name) {
		return name, ""
	}
	for _, metric := range metrics.Names() {
		if objective, ok := strings.CutPrefix(name, metric+"/"); ok {
			return metric, objective
		}
	}
	return name, ""
}

// answers is "chosen answers" or "rejected answers".
func answers(metric string) string {
	return metric[strings.LastIndexByte(metric, '/')+1:] + " answers"
}
