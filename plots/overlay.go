package plots

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/metrics"
)

// Run is a run's record under the name that a legend shows.
type Run struct {
	Name    string
	History metrics.History
}

// Series is one line to draw over optimizer steps. A value that isn't finite is a
// gap; where X and Y differ in length, the surplus is left out.
type Series struct {
	Name string
	X, Y []float64
}

// Overlay draws one metric of several runs over each other, by TRL's name, such as
// "loss" or "eval_rewards/accuracies"; of one objective where runs mix several, such
// as "eval_rewards/accuracies/helpfulness".
func Overlay(metric string, runs []Run) (Figure, error) {
	if !slices.Contains(metrics.Names(), metric) && !anyRecorded(metric, runs) {
		return Figure{}, fmt.Errorf("overlay %q: no such metric; there are %s", metric, strings.Join(metrics.Names(), ", "))
	}
	var all []Series
	for _, run := range runs {
		steps, values, _ := run.History.Series(metric)
		all = append(all, Series{Name: run.Name, X: steps, Y: values})
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

// anyRecorded says whether a run has a metric that not every run has.
func anyRecorded(metric string, runs []Run) bool {
	return slices.ContainsFunc(runs, func(run Run) bool {
		_, _, ok := run.History.Series(metric)
		return ok
	})
}

// noiseless are the metrics that need no trend.
var noiseless = []string{"step", "seconds", "epoch", "learning_rate", "num_tokens"}

// Lines draws any series over optimizer steps, each with its trend where it has
// points enough. A series without a name gets its number.
func Lines(title, yLabel string, all ...Series) Figure {
	return single("lines", withTrends(panel{title: title, yLabel: yLabel, nothing: noSteps}, all))
}

// exactLines gives every series its colour, dashed once the colours are used up.
func exactLines(all []Series, marked bool) []line {
	lines := make([]line, len(all))
	for i, s := range all {
		lines[i] = line{
			label: s.Name, points: points(s.X, s.Y), color: cycle[i%len(cycle)], width: lineWidth,
			marked: marked, dashed: i >= len(cycle),
		}
		if s.Name == "" {
			lines[i].label = fmt.Sprintf("series %d", i+1)
		}
		if !marked {
			lines[i].points = thin(lines[i].points, joinedSteps(lines[i].points))
		}
	}
	return lines
}

// withTrends adds the series as their trends, over the single steps while these are
// few enough to make out.
func withTrends(p panel, all []Series) panel {
	var behind []line
	front := exactLines(all, false)
	trended := false
	for i, s := range all {
		raw := points(s.X, s.Y)
		if len(raw) < trendFrom {
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

// metricPanel describes a metric in plain words; one without words of its own goes
// by its name.
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
	p.lines, p.bands, p.nothing = nil, nil, noSteps
	return p
}

// splitObjective parts "eval_loss/helpfulness" into a metric's name and an
// objective's; a name of all pairs has none.
func splitObjective(name string) (metric, objective string) {
	if slices.Contains(metrics.Names(), name) {
		return name, ""
	}
	for _, metric := range []string{"loss", "rewards/accuracies", "rewards/margins"} {
		for _, metric := range []string{metric, heldOutPrefix + metric} {
			if objective, ok := strings.CutPrefix(name, metric+"/"); ok {
				return metric, objective
			}
		}
	}
	return name, ""
}

// answers names the answers that a metric is about.
func answers(metric string) string {
	return metric[strings.LastIndexByte(metric, '/')+1:] + " answers"
}
