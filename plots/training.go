package plots

import (
	"fmt"
	"image/color"
	"math"

	"example.com/gonb-dpo/dpocore/metrics"
	"gonum.org/v1/plot/plotter"
)

// Loss shows the DPO loss of each step with its trend, and of the held-out pairs.
// It begins at ln 2, where the policy still equals the reference.
func Loss(h metrics.History) Figure { return single("loss", lossPanel(h)) }

// Rewards shows the rewards of chosen and rejected answers; the band between them
// is the margin.
func Rewards(h metrics.History) Figure { return single("rewards", rewardsPanel(h)) }

// Margin shows how far the chosen reward lies above the rejected one.
func Margin(h metrics.History) Figure { return single("margin", marginPanel(h)) }

// Accuracy shows the share of pairs whose chosen answer has the greater reward.
func Accuracy(h metrics.History) Figure { return single("accuracy", accuracyPanel(h)) }

// LogProbs shows the policy's log-probabilities of chosen and rejected answers.
func LogProbs(h metrics.History) Figure { return single("logprobs", logProbsPanel(h)) }

func lossPanel(h metrics.History) panel {
	return panel{
		title: "Loss", yLabel: "DPO loss",
		lines:      append(noisy(series(h, "loss"), blue), heldOut(series(h, "eval_loss"))),
		references: []reference{{level: math.Ln2, label: "ln 2: no preference learned yet"}},
		leastSpan:  0.02, nothing: noSteps,
	}
}

func rewardsPanel(h metrics.History) panel {
	lines := twoAnswers(series(h, "rewards/chosen"), series(h, "rewards/rejected"))
	return panel{
		title: "Rewards", yLabel: "β × log(policy / reference)",
		lines: lines, bands: marginBand(lines),
		references: []reference{{level: 0}},
		leastSpan:  0.1, nothing: noSteps,
	}
}

func marginPanel(h metrics.History) panel {
	return panel{
		title: "Reward margin", yLabel: "Chosen reward − rejected reward",
		lines:      append(noisy(series(h, "rewards/margins"), green), heldOut(series(h, "eval_rewards/margins"))),
		references: []reference{{level: 0, label: "no preference"}},
		leastSpan:  0.1, nothing: noSteps,
	}
}

func accuracyPanel(h metrics.History) panel {
	return panel{
		title: "Reward accuracy", yLabel: "Pairs ranked right",
		lines:      append(noisy(series(h, "rewards/accuracies"), green), heldOut(series(h, "eval_rewards/accuracies"))),
		references: []reference{{level: 0.5, label: "coin toss"}},
		percent:    true, nothing: noSteps,
	}
}

func logProbsPanel(h metrics.History) panel {
	return panel{
		title: "Log-probabilities of the answers", yLabel: "Sum over the tokens (nats)",
		lines:     twoAnswers(series(h, "logps/chosen"), series(h, "logps/rejected")),
		leastSpan: 1, nothing: noSteps,
	}
}

const noSteps = "No step finished yet"

// series gives a metric of the history by a name that is in metrics.Names.
func series(h metrics.History, name string) plotter.XYs {
	steps, values, _ := h.Series(name)
	return points(steps, values)
}

// noisy draws a line of single steps: faint, with its trend on top. A line too
// short for a trend is drawn by itself; of a long one, means of a few steps each.
func noisy(raw plotter.XYs, c color.NRGBA) []line {
	if len(raw) < trendFrom {
		return []line{{label: "each step", points: raw, color: c, width: lineWidth}}
	}
	behind, front := stepsAndTrend(raw)
	label := "each step"
	if joined := joinedSteps(raw); joined > 1 {
		label = fmt.Sprintf("means of %d steps", joined)
	}
	return []line{
		{label: label, points: behind, color: faint(c), width: faintWidth},
		{label: "trend", points: front, color: c, width: lineWidth},
	}
}

// stepsAndTrend gives the two lines that show a noisy one, neither of more points
// than can be told apart.
func stepsAndTrend(raw plotter.XYs) (steps, smooth plotter.XYs) {
	joined := joinedSteps(raw)
	return condense(raw, joined), thin(trend(raw), joined)
}

// heldOut draws the evaluations: few points, each worth a dot.
func heldOut(evaluated plotter.XYs) line {
	return line{label: "held-out pairs", points: evaluated, color: vermillion, width: lineWidth, marked: true}
}

// twoAnswers gives the lines of chosen and rejected answers, single steps behind
// their trends.
func twoAnswers(chosen, rejected plotter.XYs) []line {
	var behind []line
	if len(chosen) >= trendFrom {
		both := [2]line{{color: faint(blue), width: faintWidth}, {color: faint(vermillion), width: faintWidth}}
		both[0].points, chosen = stepsAndTrend(chosen)
		both[1].points, rejected = stepsAndTrend(rejected)
		behind = both[:]
	}
	return append(behind,
		line{label: "chosen", points: chosen, color: blue, width: lineWidth},
		line{label: "rejected", points: rejected, color: vermillion, width: lineWidth})
}

// marginBand fills what lies between the last two lines, chosen and rejected.
func marginBand(lines []line) []band {
	n := len(lines)
	return []band{{label: "margin", above: lines[n-2].points, below: lines[n-1].points, color: withAlpha(sky, 0x50)}}
}
