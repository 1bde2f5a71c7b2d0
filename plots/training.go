package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/plotter"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/look"
)

// Overview draws loss, rewards, accuracy and log-probabilities of a run.
func Overview(h metrics.History) Figure {
	if h.FineTuned() {
		return fineTuned(h)
	}
	return wide("overview", 11, 7, []panel{lossPanel(h), rewardsPanel(h)}, []panel{accuracyPanel(h), logProbsPanel(h)})
}

// Heldout draws the metrics on held-out pairs: loss and accuracy, each on top of the trend of the training pairs,
// and the rewards.
func Heldout(h metrics.History) Figure {
	loss, accuracy := lossPanel(h), accuracyPanel(h)
	loss.title, accuracy.title = "Held-out loss", "Held-out accuracy"
	loss.lines = againstTraining(series(h, "loss"), series(h, "eval_loss"))
	accuracy.lines = againstTraining(series(h, "rewards/accuracies"), series(h, "eval_rewards/accuracies"))
	rewards := rewardsPanel(metrics.History{})
	rewards.title, rewards.fork = "Held-out rewards", fork(h.ForkedAt)
	chosen, rejected := series(h, "eval_rewards/chosen"), series(h, "eval_rewards/rejected")
	rewards.lines = []line{dots("chosen", chosen, look.Blue), dots("rejected", rejected, look.Vermillion)}
	rewards.bands = marginBand(rewards.lines)
	for _, p := range []*panel{&loss, &accuracy, &rewards} {
		p.empty = noHeldOut
	}
	return wide("heldout", 13, 4.2, []panel{loss, accuracy, rewards})
}

// Loss draws the loss of each step with its trend, and of the held-out pairs. DPO's starts at ln 2, where the policy equals the
// reference.
func Loss(h metrics.History) Figure { return single("loss", lossPanel(h)) }

// Rewards draws the rewards of chosen and rejected answers. The band between them is the margin.
func Rewards(h metrics.History) Figure { return single("rewards", rewardsPanel(h)) }

// Margin draws the chosen reward minus the rejected reward.
func Margin(h metrics.History) Figure { return single("margin", marginPanel(h)) }

// Accuracy draws the fraction of pairs whose chosen answer has the higher reward.
func Accuracy(h metrics.History) Figure { return single("accuracy", accuracyPanel(h)) }

// LogProbs draws the policy's log-probabilities of chosen and rejected answers.
func LogProbs(h metrics.History) Figure { return single("logprobs", logProbsPanel(h)) }

func lossPanel(h metrics.History) panel {
	p := panel{
		title: "Loss", yLabel: "DPO loss",
		lines:      append(noisy(series(h, "loss"), look.Blue), heldOut(series(h, "eval_loss"))),
		references: []reference{{level: math.Ln2, label: "ln 2: no preference learned yet"}},
		minSpan:    0.02, empty: noSteps, fork: fork(h.ForkedAt),
	}
	if !startsAtLn2(h) {
		p.yLabel, p.references = "Loss", nil
	}
	if h.FineTuned() {
		p.yLabel, p.references = "Loss per token (nats)", nil
	}
	return p
}

func rewardsPanel(h metrics.History) panel {
	lines := twoAnswers(series(h, "rewards/chosen"), series(h, "rewards/rejected"))
	p := panel{
		title: "Rewards", yLabel: "β × log(policy / reference)",
		lines: lines, bands: marginBand(lines),
		references: []reference{{level: 0}},
		minSpan:    0.1, empty: noSteps, fork: fork(h.ForkedAt),
	}
	if !relative(h) {
		p.yLabel, p.references = "Reward", nil
	}
	return p
}

func marginPanel(h metrics.History) panel {
	return panel{
		title: "Reward margin", yLabel: "Chosen reward − rejected reward",
		lines:      append(noisy(series(h, "rewards/margins"), look.Green), heldOut(series(h, "eval_rewards/margins"))),
		references: noPreference,
		minSpan:    0.1, empty: noSteps, fork: fork(h.ForkedAt),
	}
}

func accuracyPanel(h metrics.History) panel {
	return panel{
		title: "Reward accuracy", yLabel: "Pairs ranked right",
		lines:      append(noisy(series(h, "rewards/accuracies"), look.Green), heldOut(series(h, "eval_rewards/accuracies"))),
		references: coinToss,
		percent:    true, empty: noSteps, fork: fork(h.ForkedAt),
	}
}

func logProbsPanel(h metrics.History) panel {
	return panel{
		title: "Log-probabilities of the answers", yLabel: "Sum over the tokens (nats)",
		lines:   twoAnswers(series(h, "logps/chosen"), series(h, "logps/rejected")),
		minSpan: 1, empty: noSteps, fork: fork(h.ForkedAt),
	}
}

// Texts of panels without data.
const (
	noSteps   = "No step finished yet"
	noHeldOut = "No held-out pairs scored yet"
)

// series is a metric of the history, by a name in metrics.Names.
func series(h metrics.History, name string) plotter.XYs {
	steps, values, _ := h.Series(name)
	return curve.Points(steps, values)
}

// noisy is a faint line of single steps, with its trend on top. A line too short for a trend has none; a long one is
// condensed to means of a few steps.
func noisy(raw plotter.XYs, c color.NRGBA) []line {
	if len(raw) < curve.TrendFrom {
		return []line{{label: "each step", points: raw, color: c, width: lineWidth}}
	}
	behind, front := stepsAndTrend(raw)
	label := "each step"
	if joined := curve.Joined(raw); joined > 1 {
		label = fmt.Sprintf("means of %d steps", joined)
	}
	return []line{
		{label: label, points: behind, color: faint(c), width: faintWidth},
		{label: "trend", points: front, color: c, width: lineWidth},
	}
}

// stepsAndTrend is the steps and the trend of a noisy line, both condensed to at most curve.MaxPoints points.
func stepsAndTrend(raw plotter.XYs) (steps, smooth plotter.XYs) {
	joined := curve.Joined(raw)
	return curve.Condense(raw, joined), curve.Thin(curve.Trend(raw), joined)
}

// heldOut is the line of evaluations.
func heldOut(evaluated plotter.XYs) line { return dots("held-out pairs", evaluated, look.Vermillion) }

// twoAnswers is the lines of chosen and rejected answers: trends on top of single steps.
func twoAnswers(chosen, rejected plotter.XYs) []line {
	var behind []line
	if len(chosen) >= curve.TrendFrom {
		both := [2]line{{color: faint(look.Blue), width: faintWidth}, {color: faint(look.Vermillion), width: faintWidth}}
		both[0].points, chosen = stepsAndTrend(chosen)
		both[1].points, rejected = stepsAndTrend(rejected)
		behind = both[:]
	}
	return append(behind,
		line{label: "chosen", points: chosen, color: look.Blue, width: lineWidth},
		line{label: "rejected", points: rejected, color: look.Vermillion, width: lineWidth})
}

// marginBand is the band between the last two lines, chosen and rejected.
func marginBand(lines []line) []band {
	n := len(lines)
	return []band{{label: "margin", above: lines[n-2].points, below: lines[n-1].points, color: withAlpha(look.Sky, 0x50)}}
}

// againstTraining is the held-out points on top of the trend of the training pairs.
func againstTraining(training, evaluated plotter.XYs) []line {
	if len(evaluated) == 0 {
		return nil
	}
	_, smooth := stepsAndTrend(training)
	return []line{
		{label: "training pairs, trend", points: smooth, color: withAlpha(look.Blue, 0x90), width: lineWidth},
		heldOut(evaluated),
	}
}
