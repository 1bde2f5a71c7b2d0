package sweep

import (
	"fmt"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/internal/wording"
)

// Advice recommends a run.
type Advice struct {
	Recommended string // name of the run, "" if the pairs can't distinguish the runs
	Summary     string // the recommendation and its evidence, in one sentence
}

// significance is the corrected P below which a difference is significant.
const significance = 0.05

// Advise compares runs in the order of [Sort]. It tests the first run against every other, pair by pair
// ([statistics.Compare]). Because the first run was selected by its result, P is multiplied by the number of pairwise
// comparisons (Bonferroni). If at least one run is significantly worse, it recommends the run with the smallest KL divergence
// among those that are not.
func Advise(runs []Run) (Advice, error) {
	if len(runs) == 0 {
		return Advice{Summary: "No run has finished yet."}, nil
	}
	first := runs[0]
	if !first.Accuracy.Above(0.5) {
		return Advice{Summary: fmt.Sprintf("No run is better than chance on the %d held-out pairs: the best, %s, ranks %s of them correctly (%s to %s); train for more steps, or on more pairs.",
			len(first.Pairs), first.Name, wording.Percent(first.Accuracy.Value), wording.Percent(first.Accuracy.Low), wording.Percent(first.Accuracy.High))}, nil
	}
	if len(runs) == 1 {
		return Advice{Recommended: first.Name, Summary: fmt.Sprintf("%s is the only finished run; it ranks %s of %d held-out pairs correctly (%s to %s).",
			first.Name, wording.Percent(first.Accuracy.Value), len(first.Pairs), wording.Percent(first.Accuracy.Low), wording.Percent(first.Accuracy.High))}, nil
	}
	similar, worse, maxP, err := partition(runs)
	switch {
	case err != nil:
		return Advice{}, err
	case len(worse) == 0:
		return Advice{Summary: noDifference(runs)}, nil
	default:
		return recommend(similar, worse, maxP), nil
	}
}

// partition splits the runs into those that don't differ significantly from the first, including the first itself, and those
// that are worse. maxP is the largest corrected P of the latter.
func partition(runs []Run) (similar, worse []Run, maxP float64, err error) {
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

// corrected is P times the number of pairwise comparisons of that many runs.
func corrected(d statistics.Difference, runs int) float64 {
	return math.Min(1, d.P*float64(comparisons(runs)))
}

// comparisons is the number of pairwise comparisons.
func comparisons(runs int) int { return runs * (runs - 1) / 2 }

// correctionNote says that P was corrected, if it was.
func correctionNote(runs int) string {
	if comparisons(runs) == 1 {
		return ""
	}
	return fmt.Sprintf(", corrected for %d pairwise comparisons", comparisons(runs))
}

func recommend(similar, worse []Run, p float64) Advice {
	best := slices.MinFunc(similar, compareKL)
	note := correctionNote(len(similar) + len(worse))
	result := fmt.Sprintf("ranks %s of %d held-out pairs correctly", wording.Percent(best.Accuracy.Value), len(best.Pairs))
	if len(similar) == 1 {
		return Advice{best.Name, fmt.Sprintf("Use %s: it %s, more than %s (P ≤ %.2g%s).", best.Name, result, names(worse), p, note)}
	}
	return Advice{best.Name, fmt.Sprintf("Use %s: it %s, and of the %d runs without a significant difference it has moved least (KL %.3g nats per token); %s ranks more pairs correctly than %s (P ≤ %.2g%s).",
		best.Name, result, len(similar), best.KL.Value, similar[0].Name, names(worse), p, note)}
}

// noDifference describes runs without a significant difference.
func noDifference(runs []Run) string {
	first, last := runs[0], runs[len(runs)-1]
	share := fmt.Sprintf("%s to %s", wording.Percent(last.Accuracy.Value), wording.Percent(first.Accuracy.Value))
	if wording.Percent(last.Accuracy.Value) == wording.Percent(first.Accuracy.Value) {
		share = wording.Percent(first.Accuracy.Value)
	}
	text := fmt.Sprintf("No significant difference on %d pairs: the %d runs rank %s correctly", len(first.Pairs), len(runs), share)
	if d, err := evaluation.Compare(first.Pairs, last.Pairs); err == nil && d.Only != [2]int{} {
		text += fmt.Sprintf(", and the first and the last run disagree on %d (P = %.2g%s)", d.Only[0]+d.Only[1], corrected(d, len(runs)), correctionNote(len(runs)))
	}
	return text + "; " + divergences(runs) + "."
}

// similarKL is the ratio up to which two divergences count as about the same.
const similarKL = 1.1

// divergences names the runs with the smallest and the largest divergence.
func divergences(runs []Run) string {
	nearest, farthest := slices.MinFunc(runs, compareKL), slices.MaxFunc(runs, compareKL)
	if farthest.KL.Value <= similarKL*nearest.KL.Value {
		return fmt.Sprintf("all have moved about as far from the reference (KL %.3g nats per token)", farthest.KL.Value)
	}
	return fmt.Sprintf("%s has moved least from the reference and %s most (KL %.3g and %.3g nats per token)", nearest.Name, farthest.Name, nearest.KL.Value, farthest.KL.Value)
}

// names lists the names of runs: "a, b and c".
func names(runs []Run) string {
	list := make([]string, len(runs))
	for i, run := range runs {
		list[i] = run.Name
	}
	return wording.And(list)
}
