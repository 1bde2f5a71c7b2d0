package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/statistics"
)

// Advice recommends a run.
type Advice struct {
	Choice  string // name of the run; "" if the pairs show no difference
	Summary string // one sentence with the evidence
}

// significance is the corrected P below which a difference counts.
const significance = 0.05

// Advise recommends one of the runs, which are sorted by [Compare]. It tests the first run against each other run, pair by
// pair ([evaluation.Compare]). Because the first run was selected by the same data, P is multiplied by the number of
// pairwise comparisons of all runs (Bonferroni). Among the first run and those not significantly worse, it recommends the
// one with the smallest KL, provided that some run is significantly worse.
func Advise(runs []Run) (Advice, error) {
	if len(runs) == 0 {
		return Advice{Summary: "No run is finished yet."}, nil
	}
	first := runs[0]
	if !first.Accuracy.Above(0.5) {
		return Advice{Summary: fmt.Sprintf("No run is better than chance on the %d held-out pairs: the best, %s, ranks %s of them correctly (%s to %s); train for more steps, or on more pairs.",
			len(first.Pairs), first.Name, percent(first.Accuracy.Value), percent(first.Accuracy.Low), percent(first.Accuracy.High))}, nil
	}
	if len(runs) == 1 {
		return Advice{Choice: first.Name, Summary: fmt.Sprintf("%s is the only finished run; it ranks %s of %d held-out pairs correctly (%s to %s).",
			first.Name, percent(first.Accuracy.Value), len(first.Pairs), percent(first.Accuracy.Low), percent(first.Accuracy.High))}, nil
	}
	similar, worse, maxP, err := split(runs)
	switch {
	case err != nil:
		return Advice{}, err
	case len(worse) == 0:
		return Advice{Summary: noDifference(runs)}, nil
	default:
		return recommend(similar, worse, maxP), nil
	}
}

// split divides the runs into the first with those not significantly worse, and those that are; maxP is the maximum
// corrected P of the latter.
func split(runs []Run) (similar, worse []Run, maxP float64, err error) {
	similar = runs[:1:1]
	for _, run := range runs[1:] {
		d, err := evaluation.Compare(runs[0].Pairs, run.Pairs)
		if err != nil {
			return nil, nil, 0, fmt.Errorf("compare %s with %s: %w", runs[0].Name, run.Name, err)
		}
		if p := corrected(d, len(runs)); p < significance {
			worse, maxP = append(worse, run), math.Max(maxP, p)
		} else {
			similar = append(similar, run)
		}
	}
	return similar, worse, maxP, nil
}

// corrected is P after the Bonferroni correction for all pairwise comparisons of a number of runs.
func corrected(d statistics.Difference, runs int) float64 {
	return math.Min(1, d.P*float64(comparisons(runs)))
}

// comparisons is the number of pairwise comparisons of a number of runs.
func comparisons(runs int) int { return runs * (runs - 1) / 2 }

// correction describes the correction of P, "" if there was only one comparison.
func correction(runs int) string {
	if comparisons(runs) == 1 {
		return ""
	}
	return fmt.Sprintf(", corrected for %d pairwise comparisons", comparisons(runs))
}

// recommend recommends the run with the smallest KL among similar ones; p is the maximum corrected P of the worse ones.
func recommend(similar, worse []Run, p float64) Advice {
	choice := slices.MinFunc(similar, func(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) })
	evidence := fmt.Sprintf("P ≤ %.2g%s", p, correction(len(similar)+len(worse)))
	accuracy := fmt.Sprintf("ranks %s of %d held-out pairs correctly", percent(choice.Accuracy.Value), len(choice.Pairs))
	if len(similar) == 1 {
		return Advice{choice.Name, fmt.Sprintf("Use %s: it %s, more than %s (%s).", choice.Name, accuracy, names(worse), evidence)}
	}
	return Advice{choice.Name, fmt.Sprintf("Use %s: it %s, and has moved least of the %d runs that this many pairs can't tell apart (KL %.3g nats per token); %s ranks more correctly than %s (%s).",
		choice.Name, accuracy, len(similar), choice.KL.Value, similar[0].Name, names(worse), evidence)}
}

// noDifference describes runs without a significant difference.
func noDifference(runs []Run) string {
	first, last := runs[0], runs[len(runs)-1]
	share := fmt.Sprintf("%s to %s", percent(last.Accuracy.Value), percent(first.Accuracy.Value))
	if percent(last.Accuracy.Value) == percent(first.Accuracy.Value) {
		share = percent(first.Accuracy.Value)
	}
	text := fmt.Sprintf("%d pairs show no significant difference: the %d runs rank %s correctly", len(first.Pairs), len(runs), share)
	if d, err := evaluation.Compare(first.Pairs, last.Pairs); err == nil && d.Only != [2]int{} {
		text += fmt.Sprintf(", and the first and the last of them disagree on %d (P = %.2g%s)", d.Only[0]+d.Only[1], corrected(d, len(runs)), correction(len(runs)))
	}
	return text + "; " + moved(runs) + "."
}

// similarKL is the ratio of KLs up to which runs count as having moved about equally far.
const similarKL = 1.1

// moved names the runs that have moved least and most from the reference.
func moved(runs []Run) string {
	nearest := slices.MinFunc(runs, func(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) })
	farthest := slices.MaxFunc(runs, func(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) })
	if farthest.KL.Value <= similarKL*nearest.KL.Value {
		return fmt.Sprintf("all have moved about equally far from the reference (KL %.3g nats per token)", farthest.KL.Value)
	}
	return fmt.Sprintf("%s has moved least from the reference and %s most (KL %.3g and %.3g nats per token)", nearest.Name, farthest.Name, nearest.KL.Value, farthest.KL.Value)
}

// names lists the names of runs, such as "a, b and c".
func names(runs []Run) string {
	list := make([]string, len(runs))
	for i, run := range runs {
		list[i] = run.Name
	}
	if len(list) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
