package plots

import (
	"example.com/gonb-dpo/dpocore/metrics"
	"gonum.org/v1/plot/vg"
)

// Swept is a run of a sweep with its record.
type Swept struct {
	Name    string
	Beta    float64 // by which its margins are divided
	History metrics.History
}

// Curves lays the runs of a sweep over each other, by what does not depend on beta:
// accuracy and gap while training, accuracy and the chosen answers' log-probability
// on held-out pairs.
func Curves(runs []Swept) Figure {
	learned := func(metric string, divided bool) (all []Series) {
		for _, run := range runs {
			steps, values, _ := run.History.Series(metric)
			for i := range values {
				if divided {
					values[i] /= run.Beta
				}
			}
			all = append(all, Series{Name: run.Name, X: steps, Y: values})
		}
		return all
	}
	gap := withTrends(panel{
		title: "Gap of the gains, without beta", yLabel: "Nats",
		references: []reference{{level: 0, label: "no preference"}}, leastSpan: 0.1, nothing: noSteps,
	}, learned("rewards/margins", true))
	accuracy := withTrends(panel{
		title: "Accuracy while training", yLabel: "Pairs ranked right",
		references: []reference{{level: 0.5, label: "coin toss"}}, percent: true, nothing: noSteps,
	}, learned("rewards/accuracies", false))
	held := panel{
		title: "Held-out accuracy", yLabel: "Pairs ranked right", lines: exactLines(learned("eval_rewards/accuracies", false), true),
		references: []reference{{level: 0.5, label: "coin toss"}}, percent: true, nothing: "No held-out pairs scored yet",
	}
	chosen := panel{
		title: "Held-out chosen answers", yLabel: "Log-probability (nats)", lines: exactLines(learned("eval_logps/chosen", false), true),
		leastSpan: 1, nothing: held.nothing,
	}
	figure := Figure{Name: "curves", Width: 11 * vg.Inch, Height: 7 * vg.Inch, panels: [][]panel{{accuracy, gap}, {held, chosen}}}
	rows := len(legendRows(accuracy.entries(), figure.Width/2-2*outerSpace))
	figure.Height += 2 * legendHeight * vg.Length(max(rows-2, 0))
	return figure
}
