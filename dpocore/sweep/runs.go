// Package sweep compares the finished runs of a sweep by metrics that do not depend on their settings.
//
// Start with [Sort], which orders the runs from best to worst, and [Advise], which recommends one of them in a sentence, or
// says that the pairs can't distinguish them. Rewards and reward margins are not used: they scale with beta, so of two runs
// that learned the same, the one with the larger beta has the larger margin.
package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/internal/wording"
)

// A Run is a finished run with its metrics on the held-out pairs.
type Run struct {
	Name  string            `json:"name"`
	Pairs []evaluation.Pair `json:"-"` // the same pairs in the same order for every run of a sweep

	Accuracy statistics.Estimate `json:"accuracy"` // share of pairs ranked correctly
	Gap      statistics.Estimate `json:"gap"`      // log-probability gain of chosen minus rejected answers, in nats, without beta
	Chosen   statistics.Estimate `json:"chosen"`   // change in the log-probability of chosen answers, in nats
	KL       statistics.Estimate `json:"kl"`       // divergence from the reference, in nats per token
}

// Summarize computes a run's metrics from its held-out pairs.
func Summarize(name string, pairs []evaluation.Pair) (Run, error) {
	const anyBeta = 1 // none of the metrics used here depends on it
	report, err := evaluation.Summarize(pairs, anyBeta)
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", name, err)
	}
	return Run{Name: name, Pairs: pairs, Accuracy: report.Accuracy, Gap: report.Gap, Chosen: report.Chosen, KL: report.KL}, nil
}

// Sort orders runs by higher accuracy; ties by larger gap, then smaller divergence, then higher log-probability of the
// chosen answers.
func Sort(runs []Run) {
	slices.SortStableFunc(runs, func(a, b Run) int {
		return cmp.Or(
			cmp.Compare(b.Accuracy.Value, a.Accuracy.Value), cmp.Compare(b.Gap.Value, a.Gap.Value),
			compareKL(a, b), cmp.Compare(b.Chosen.Value, a.Chosen.Value), cmp.Compare(a.Name, b.Name))
	})
}

func compareKL(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) }

// Columns are the headings of [Run.Row].
var Columns = []string{"run", "held-out accuracy", "95 % interval", "gap (nats)", "KL (nats per token)", "chosen answers (nats)"}

// Row formats a run's metrics for the columns in Columns.
func (r Run) Row() []string {
	return []string{
		r.Name, wording.Percent(r.Accuracy.Value), wording.Percent(r.Accuracy.Low) + " to " + wording.Percent(r.Accuracy.High),
		fmt.Sprintf("%+.2f", r.Gap.Value), fmt.Sprintf("%.3g", r.KL.Value), fmt.Sprintf("%+.2f", r.Chosen.Value),
	}
}

// ColumnHelp explains the columns.
const ColumnHelp = "Gap: how much more training raised the log-probability of chosen answers than that of rejected ones, without beta. " +
	"KL: how far the model has moved from its reference. Chosen answers: change in their log-probability; below 0 they have become less likely."
