package plots

import (
	"example.com/gonb-dpo/dpocore/metrics"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Overview shows a run at a glance: loss, rewards, accuracy and log-probabilities.
func Overview(h metrics.History) Figure {
	return Figure{
		Name: "overview", Width: 11 * vg.Inch, Height: 7 * vg.Inch,
		panels: [][]panel{
			{lossPanel(h), rewardsPanel(h)},
			{accuracyPanel(h), logProbsPanel(h)},
		},
	}
}

// Heldout shows what the run did on pairs it wasn't trained on: loss and accuracy,
// each over the trend of the training pairs, and the rewards.
func Heldout(h metrics.History) Figure {
	loss, accuracy := lossPanel(h), accuracyPanel(h)
	loss.title, accuracy.title = "Held-out loss", "Held-out accuracy"
	loss.lines = againstTraining(series(h, "loss"), series(h, "eval_loss"))
	accuracy.lines = againstTraining(series(h, "rewards/accuracies"), series(h, "eval_rewards/accuracies"))
	rewards := rewardsPanel(metrics.History{})
	rewards.title = "Held-out rewards"
	chosen, rejected := series(h, "eval_rewards/chosen"), series(h, "eval_rewards/rejected")
	rewards.lines = []line{
		{label: "chosen", points: chosen, color: blue, width: lineWidth, marked: true},
		{label: "rejected", points: rejected, color: vermillion, width: lineWidth, marked: true},
	}
	rewards.bands = marginBand(rewards.lines)
	for _, p := range []*panel{&loss, &accuracy, &rewards} {
		p.nothing = "No held-out pairs scored yet"
	}
	return Figure{
		Name: "heldout", Width: 13 * vg.Inch, Height: 4.2 * vg.Inch,
		panels: [][]panel{{loss, accuracy, rewards}},
	}
}

// againstTraining draws held-out points over the trend of the training pairs.
func againstTraining(training, evaluated plotter.XYs) []line {
	if len(evaluated) == 0 {
		return nil
	}
	_, smooth := stepsAndTrend(training)
	return []line{
		{label: "training pairs, trend", points: smooth, color: withAlpha(blue, 0x90), width: lineWidth},
		heldOut(evaluated),
	}
}
