// Package sweep compares the finished runs of a sweep by what does not depend on their settings.
//
// Start with [Compare], which brings the runs into the order of what matters, and [Advise], which says in a sentence
// which of them to take, or that so many pairs can't tell. Rewards and their margins have no part in either: they scale
// with beta, so that of two runs that have learned the same the one with the larger beta has the larger margin.
package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/statistics"
)

// A Run is a finished run with what the held-out pairs show of it.
type Run struct {
	Name  string            `json:"name"`
	Pairs []evaluation.Pair `json:"-"` // the same pairs, in the same order, in every run of a sweep

	Accuracy statistics.Estimate `json:"accuracy"` // share of pairs ranked right
	Gap      statistics.Estimate `json:"gap"`      // gain of chosen less gain of rejected answers, in nats, without beta
	Chosen   statistics.Estimate `json:"chosen"`   // change of a chosen answer's log-probability, in nats
	KL       statistics.Estimate `json:"kl"`       // divergence from the reference, in nats a token
}

// Of sums up a run's held-out pairs.
func Of(name string, pairs []evaluation.Pair) (Run, error) {
	const anyBeta = 1 // no figure that is taken depends on it
	report, err := evaluation.Of(pairs, anyBeta)
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", name, err)
	}
	return Run{Name: name, Pairs: pairs, Accuracy: report.Accuracy, Gap: report.Gap, Chosen: report.Chosen, KL: report.KL}, nil
}

// Compare brings runs into the order of what matters: the greater accuracy first; of equals the greater gap, then the
// smaller divergence, then the one whose chosen answers have kept more of their likelihood.
func Compare(runs []Run) {
	slices.SortStableFunc(runs, func(a, b Run) int {
		return cmp.Or(
			cmp.Compare(b.Accuracy.Value, a.Accuracy.Value), cmp.Compare(b.Gap.Value, a.Gap.Value),
			cmp.Compare(a.KL.Value, b.KL.Value), cmp.Compare(b.Chosen.Value, a.Chosen.Value), cmp.Compare(a.Name, b.Name))
	})
}

// Columns are the headings of [Run.Row].
var Columns = []string{"run", "held-out accuracy", "95 % interval", "gap (nats)", "KL (nats a token)", "chosen answers (nats)"}

// Row is a run's figures for reading, under Columns.
func (r Run) Row() []string {
	return []string{
		r.Name, percent(r.Accuracy.Value), percent(r.Accuracy.Low) + " to " + percent(r.Accuracy.High),
		fmt.Sprintf("%+.2f", r.Gap.Value), fmt.Sprintf("%.3g", r.KL.Value), fmt.Sprintf("%+.2f", r.Chosen.Value),
	}
}

// ColumnsInWords says how to read them.
const ColumnsInWords = "Gap: by how much more training has raised the log-probability of chosen answers than that of rejected ones, without beta. " +
	"KL: how far the model has moved from its reference. Chosen answers: how their log-probability has changed; below 0 they have become less likely."

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
