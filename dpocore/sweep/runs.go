// Package sweep has the grid of a sweep, its record, and the comparison of its runs. It links no backend; package sweeprun
// trains the runs.
//
// Start with [Grid]; then [Compare], which ranks finished runs, and [Advise], which recommends one or reports that the
// pairs show no difference. Neither uses rewards or their margins, because these scale with beta: of two runs that learned
// the same, the one with the larger beta has the larger margin.
package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/statistics"
)

// Run is a finished run with its figures on the held-out pairs.
type Run struct {
	Name  string            `json:"name"`
	Pairs []evaluation.Pair `json:"-"` // the same pairs, in the same order, in every run of a sweep

	Accuracy statistics.Estimate `json:"accuracy"` // share of pairs ranked correctly
	Gap      statistics.Estimate `json:"gap"`      // gain of chosen minus gain of rejected answers, in nats, without beta
	Chosen   statistics.Estimate `json:"chosen"`   // mean change of the log-probability of chosen answers, in nats
	KL       statistics.Estimate `json:"kl"`       // KL(π‖π_ref), in nats per token
}

// Of summarizes the held-out pairs of a run.
func Of(name string, pairs []evaluation.Pair) (Run, error) {
	const anyBeta = 1 // none of the figures used here depends on it
	report, err := evaluation.Of(pairs, anyBeta)
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", name, err)
	}
	return Run{Name: name, Pairs: pairs, Accuracy: report.Accuracy, Gap: report.Gap, Chosen: report.Chosen, KL: report.KL}, nil
}

// Compare sorts runs, best first: by higher accuracy, then larger gap, then smaller KL, then larger change of the chosen
// answers' log-probability.
func Compare(runs []Run) {
	slices.SortStableFunc(runs, func(a, b Run) int {
		return cmp.Or(
			cmp.Compare(b.Accuracy.Value, a.Accuracy.Value), cmp.Compare(b.Gap.Value, a.Gap.Value),
			cmp.Compare(a.KL.Value, b.KL.Value), cmp.Compare(b.Chosen.Value, a.Chosen.Value), cmp.Compare(a.Name, b.Name))
	})
}

// Columns are the headings of [Run.Row].
var Columns = []string{"run", "held-out accuracy", "95 % interval", "gap (nats)", "KL (nats per token)", "chosen answers (nats)"}

// Row returns a run's figures as text, with the columns of [Columns].
func (r Run) Row() []string {
	return []string{
		r.Name, percent(r.Accuracy.Value), percent(r.Accuracy.Low) + " to " + percent(r.Accuracy.High),
		fmt.Sprintf("%+.2f", r.Gap.Value), fmt.Sprintf("%.3g", r.KL.Value), fmt.Sprintf("%+.2f", r.Chosen.Value),
	}
}

// ColumnsInWords explains [Columns].
const ColumnsInWords = "Gap: how much more training has raised the log-probability of chosen answers than of rejected ones, without beta. " +
	"KL: how far the model has moved from its reference. Chosen answers: the change of their log-probability; below 0 they have become less likely."

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
