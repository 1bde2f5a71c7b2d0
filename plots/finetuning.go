package plots

import (
	"math"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots/internal/look"
)

// fineTuned draws the overview of a run of supervised fine-tuning: its loss and its token accuracy.
func fineTuned(h metrics.History) Figure {
	return wide("overview", 11, 3.8, []panel{lossPanel(h), tokenAccuracyPanel(h)})
}

// TokenAccuracy draws the share of the answers' tokens that the model finds likeliest, in supervised fine-tuning.
func TokenAccuracy(h metrics.History) Figure { return single("token_accuracy", tokenAccuracyPanel(h)) }

func tokenAccuracyPanel(h metrics.History) panel {
	return panel{
		title: "Token accuracy", yLabel: "Tokens that are the likeliest",
		lines:   append(noisy(series(h, "mean_token_accuracy"), look.Green), heldOut(series(h, "eval_mean_token_accuracy"))),
		percent: true, empty: noSteps, fork: fork(h.ForkedAt),
	}
}

// startsAtLn2 reports whether the loss of a run begins where the policy equals the reference, as DPO's does. Other losses begin
// elsewhere.
func startsAtLn2(h metrics.History) bool {
	const near = 0.02
	return len(h.Steps) == 0 || h.Steps[0].Step > 1 || math.Abs(h.Steps[0].Loss-math.Ln2) < near
}

// relative reports whether the rewards of a run are relative to a reference: they are then 0 before the first update.
func relative(h metrics.History) bool {
	const near = 0.02
	return len(h.Steps) == 0 || h.Steps[0].Step > 1 || math.Abs(h.Steps[0].RewardsChosen)+math.Abs(h.Steps[0].RewardsRejected) < near
}
