package plots_test

import (
	"log"
	"math"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// history reads the record that the examples draw: synthetic, resembling 50 steps on
// clear-cut pairs.
func history() metrics.History {
	h, err := metrics.ReadHistory("testdata/run")
	if err != nil {
		log.Fatal(err)
	}
	return h
}

// save writes testdata/NAME.png and testdata/NAME.svg.
func save(figure plots.Figure) {
	if err := plots.WriteFigures("testdata", figure); err != nil {
		log.Fatal(err)
	}
}

func ExampleOverview() { save(plots.Overview(history())) }

func ExampleLoss() { save(plots.Loss(history())) }

func ExampleRewards() { save(plots.Rewards(history())) }

func ExampleMargin() { save(plots.Margin(history())) }

func ExampleAccuracy() { save(plots.Accuracy(history())) }

func ExampleLogProbs() { save(plots.LogProbs(history())) }

func ExampleHeldout() { save(plots.Heldout(history())) }

// A run and its first 30 steps in one figure.
func ExampleOverlay() {
	whole := history()
	short := metrics.History{Steps: whole.Steps[:30]}
	figure, err := plots.Overlay("rewards/margins", []plots.Run{
		{Name: "runs/50-steps", History: whole},
		{Name: "runs/30-steps", History: short},
	})
	if err != nil {
		log.Fatal(err)
	}
	save(figure)
}

func ExampleLines() {
	figure := plots.Lines("Gradient norm", "L2 norm", plots.Series{
		Name: "β = 0.1",
		X:    []float64{1, 2, 3, 4, 5},
		Y:    []float64{5.1, 4.2, 4.4, 3.6, 3.2},
	})
	figure.Name = "gradient_norm"
	save(figure)
}

// mixtures is synthetic runs of the same three objectives with different weights.
func mixtures() []plots.Run {
	return []plots.Run{
		{Name: "runs/helpful", History: mixture(0.8, 0.1)},
		{Name: "runs/balanced", History: mixture(0.33, 0.33)},
		{Name: "runs/truthful", History: mixture(0.1, 0.8)},
	}
}

// mixture is a run whose metrics of an objective grow with its weight.
func mixture(helpfulness, truthfulness float64) metrics.History {
	h := history()
	for i := range h.Evaluations {
		grown := float64(i+1) / float64(len(h.Evaluations))
		var list []metrics.Objective
		for name, share := range map[string]float64{"helpfulness": helpfulness, "truthfulness": truthfulness, "harmlessness": 1 - helpfulness - truthfulness} {
			list = append(list, metrics.Objective{Name: name, Pairs: 20, Loss: 0.69 - 0.2*grown*share,
				RewardsMargins: grown * (0.05 + 0.3*share), RewardsAccuracies: 0.5 + math.Round(20*grown*(0.1+0.35*share))/20})
		}
		h.Evaluations[i].Objectives = list
		h.Evaluations[i].RewardsMargins = grown * 0.15 // the objectives' mean
	}
	return h
}

func ExampleObjectives() { save(plots.Objectives(mixture(0.5, 0.2))) }

func ExampleTradeoff() {
	figure, err := plots.Tradeoff("helpfulness", "truthfulness", mixtures())
	if err != nil {
		log.Fatal(err)
	}
	save(figure)
}

// An overconfident policy: where its confidence is 90 %, 70 % of the pairs are right.
func ExampleCalibration() {
	c := statistics.Calibration{}
	for i, accuracy := range []float64{0.52, 0.58, 0.6, 0.66, 0.64, 0.7} {
		c.Bins = append(c.Bins, statistics.Bin{
			Pairs: 60, Confidence: 0.52 + 0.075*float64(i),
			Accuracy: statistics.Estimate{Value: accuracy, Low: accuracy - 0.12, High: accuracy + 0.11},
		})
	}
	save(plots.Calibration(c))
}

func ExampleScores() {
	save(plots.Scores("words:40", []float64{0, 1, 2, 3}, []float64{-38, -31.5, -22, -19}))
}
