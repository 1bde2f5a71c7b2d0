package plots

import (
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
	return twoAnswers(panel{
		title: "Rewards", yLabel: "β × log(policy / reference)",
		references: []reference{{level: 0}},
		leastSpan:  0.02, nothing: noSteps,
	}, series(h, "rewards/chosen"), series(h, "rewards/rejected"))
}

func marginPanel(h metrics.History) panel {
	return panel{
		title: "Reward margin", yLabel: "Chosen reward − rejected reward",
		lines:      append(noisy(series(h, "rewards/margins"), green), heldOut(series(h, "eval_rewards/margins"))),
		references: []reference{{level: 0, label: "no preference"}},
		leastSpan:  0.02, nothing: noSteps,
	}
}

func accuracyPanel(h metrics.History) panel {
	return panel{
		title: "Reward accuracy", yLabel: "Pairs with the chosen answer ahead",
		lines:      append(noisy(series(h, "rewards/accuracies"), green), heldOut(series(h, "eval_rewards/accuracies"))),
		references: []reference{{level: 0.5, label: "coin toss"}},
		percent:    true, nothing: noSteps,
	}
}

func logProbsPanel(h metrics.History) panel {
	return twoAnswers(panel{
		title: "Log-probabilities of the answers", yLabel: "Sum over an answer's tokens (nats)",
		leastSpan: 1, nothing: noSteps,
	}, series(h, "logps/chosen"), series(h, "logps/rejected"))
}

const noSteps = "No step finished yet"

// series gives a metric of the history by a name that is in metrics.Names.
func series(h metrics.History, name string) plotter.XYs {
	steps, values, _ := h.Series(name)
	return points(steps, values)
}

// noisy draws a line of single steps: faint, with its trend on top. A line too
// short for a trend is drawn by itself.
func noisy(raw plotter.XYs, c color.NRGBA) []line {
	if len(raw) < trendFrom {
		return []line{{label: "each step", points: raw, color: c, width: lineWidth}}
	}
	return []line{
		{label: "each step", points: raw, color: faint(c), width: faintWidth},
		{label: "trend", points: trend(raw), color: c, width: lineWidth},
	}
}

// heldOut draws the evaluations: few points, each worth a dot.
func heldOut(evaluated plotter.XYs) line {
	return line{label: "held-out pairs", points: evaluated, color: vermillion, width: lineWidth, marked: true}
}

// twoAnswers adds the lines of chosen and rejected answers, single steps behind
// their trends, and the band between the trends where it means the margin.
func twoAnswers(p panel, chosen, rejected plotter.XYs) panel {
	above, below := chosen, rejected
	if len(chosen) >= trendFrom {
		above, below = trend(chosen), trend(rejected)
		p.lines = append(p.lines,
			line{points: chosen, color: faint(blue), width: faintWidth},
			line{points: rejected, color: faint(vermillion), width: faintWidth})
	}
	p.lines = append(p.lines,
		line{label: "chosen", points: above, color: blue, width: lineWidth},
		line{label: "rejected", points: below, color: vermillion, width: lineWidth})
	p.bands = append(p.bands, band{label: "margin", above: above, below: below, color: withAlpha(sky, 0x50)})
	return p
}
