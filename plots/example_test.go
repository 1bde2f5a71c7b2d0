package plots_test

import (
	"log"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// history reads the record that the examples draw: made up, in the likeness of 50
// steps on clear-cut pairs.
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

// The same run as it was recorded and cut after 30 steps, over each other.
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
