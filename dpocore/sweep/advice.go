package sweep

import (
	"fmt"
	"math"
	"slices"

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

// Advise compares settings in the order of [Sort]. It tests the first against every other, pair by pair and seed by seed
// ([statistics.CompareSeeds]). Because the first was selected by its result, P is multiplied by the number of pairwise
// comparisons (Bonferroni). If at least one is significantly worse, it recommends the one with the smallest KL divergence
// among those that are not. Settings that have no seed in common with the first, because runs failed or are missing, are named as not compared.
func Advise(settings []Setting) (Advice, error) {
	if len(settings) == 0 {
		return Advice{Summary: "No run has finished yet."}, nil
	}
	first := settings[0]
	share := fmt.Sprintf("%s (%s to %s)", wording.Percent(first.Accuracy.Value), wording.Percent(first.Accuracy.Low), wording.Percent(first.Accuracy.High))
	if !first.Accuracy.Above(0.5) {
		pairs, remedy := len(first.Runs[0].Pairs), "train for more steps, or on more pairs"
		if first.Accuracy.Value > 0.5 {
			remedy = "hold out more pairs, or train for more steps"
		}
		return Advice{Summary: fmt.Sprintf("No run is better than chance on the %s: the best, %s, ranks %s of them correctly; %s.", wording.Count(pairs, "held-out pair"), first.Name, share, remedy)}, nil
	}
	if len(settings) == 1 {
		subject := first.Name + " is the only finished run; it ranks"
		if first.Seeds > 1 {
			subject = fmt.Sprintf("The %d seeds rank", first.Seeds)
		}
		return Advice{Recommended: first.Name, Summary: fmt.Sprintf("%s %s of %d held-out pairs correctly%s.", subject, share, len(first.Runs[0].Pairs), seedsNote(settings))}, nil
	}
	tested, note := withCommonSeed(settings)
	if len(tested) == 1 {
		return Advice{Summary: fmt.Sprintf("%s ranks %s of %s correctly.%s", first.Name, share, heldOut(first), note)}, nil
	}
	similar, worse, maxP, err := partition(tested)
	if err != nil {
		return Advice{}, err
	}
	advice := Advice{Summary: noDifference(tested)}
	if len(worse) > 0 {
		advice = recommend(similar, worse, maxP)
	}
	advice.Summary += note
	return advice, nil
}

// withCommonSeed returns the settings that have a seed in common with the first, and a sentence on the others, if any.
func withCommonSeed(settings []Setting) (tested []Setting, note string) {
	var others []Setting
	for _, s := range settings {
		if len(common(settings[0], s)) > 0 {
			tested = append(tested, s)
		} else {
			others = append(others, s)
		}
	}
	if len(others) > 0 {
		note = fmt.Sprintf(" Not compared with %s, without a finished run of the same seed; run the sweep again.", names(others))
	}
	return tested, note
}

// seedsNote says by how much the seeds of a setting differ, if there are several: the mean over settings of the standard deviation of their
// accuracies.
func seedsNote(settings []Setting) string {
	sum, count := 0., 0.
	for _, s := range settings {
		if s.Seeds < 2 {
			continue
		}
		variance := 0.
		for _, run := range s.Runs {
			variance += (run.Accuracy.Value - s.Accuracy.Value) * (run.Accuracy.Value - s.Accuracy.Value)
		}
		sum, count = sum+variance/float64(s.Seeds-1), count+1
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("; seeds of the same setting differ by %.1f points (standard deviation)", 100*math.Sqrt(sum/count))
}

// partition splits the settings into those that don't differ significantly from the first, including the first itself, and those
// that are worse. maxP is the largest corrected P of the latter.
func partition(settings []Setting) (similar, worse []Setting, maxP float64, err error) {
	similar = settings[:1:1]
	for _, s := range settings[1:] {
		d, err := compare(settings[0], s)
		if err != nil {
			return nil, nil, 0, err
		}
		if p := corrected(d, len(settings)); p < significance {
			worse, maxP = append(worse, s), math.Max(maxP, p)
		} else {
			similar = append(similar, s)
		}
	}
	return similar, worse, maxP, nil
}

// corrected is P times the number of pairwise comparisons of that many settings.
func corrected(d statistics.Difference, settings int) float64 {
	return math.Min(1, d.P*float64(comparisons(settings)))
}

// comparisons is the number of pairwise comparisons.
func comparisons(settings int) int { return settings * (settings - 1) / 2 }

// correctionNote says that P was corrected, if it was.
func correctionNote(settings int) string {
	if comparisons(settings) == 1 {
		return ""
	}
	return fmt.Sprintf(", corrected for %d pairwise comparisons", comparisons(settings))
}

func recommend(similar, worse []Setting, p float64) Advice {
	best := slices.MinFunc(similar, compareKL)
	note := correctionNote(len(similar) + len(worse))
	result := fmt.Sprintf("ranks %s of %s correctly", wording.Percent(best.Accuracy.Value), heldOut(best))
	seeds := seedsNote(append(slices.Clone(similar), worse...))
	if len(similar) == 1 {
		return Advice{best.Name, fmt.Sprintf("Use %s: it %s, more than %s (P ≤ %.2g%s)%s.", best.Name, result, names(worse), p, note, seeds)}
	}
	return Advice{best.Name, fmt.Sprintf("Use %s: it %s, and of the %d runs without a significant difference it has moved least (KL %.3g nats per token); %s ranks more pairs correctly than %s (P ≤ %.2g%s)%s.",
		best.Name, result, len(similar), best.KL.Value, similar[0].Name, names(worse), p, note, seeds)}
}

// heldOut says on what a setting was measured.
func heldOut(s Setting) string {
	text := fmt.Sprintf("%d held-out pairs", len(s.Runs[0].Pairs))
	if s.Seeds > 1 {
		text += fmt.Sprintf(" with %d seeds", s.Seeds)
	}
	return text
}

// noDifference describes settings without a significant difference, and what would show one.
func noDifference(settings []Setting) string {
	first, last := settings[0], settings[len(settings)-1]
	share := fmt.Sprintf("%s to %s", wording.Percent(last.Accuracy.Value), wording.Percent(first.Accuracy.Value))
	if wording.Percent(last.Accuracy.Value) == wording.Percent(first.Accuracy.Value) {
		share = wording.Percent(first.Accuracy.Value)
	}
	text := fmt.Sprintf("No difference that %d pairs%s can show: the %d settings rank %s correctly", len(first.Runs[0].Pairs), andSeeds(first.Seeds), len(settings), share)
	if d, err := compare(first, last); err == nil {
		if d.Only != [2]int{} {
			text += fmt.Sprintf(", and the first and the last disagree on %d (P = %.2g%s)", d.Only[0]+d.Only[1], corrected(d, len(settings)), correctionNote(len(settings)))
		}
		text += "; " + powerNote(d, len(settings))
	}
	return text + seedsNote(settings) + "; " + divergences(settings) + "."
}

func andSeeds(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" and %d seeds", n)
}

// powerNote says which difference would have been found, and what would find one half as large.
func powerNote(d statistics.Difference, settings int) string {
	level := significance / float64(comparisons(settings))
	detectable := d.Detectable(level)
	text := fmt.Sprintf("a difference of %.0f points would be found four times in five", 100*detectable)
	pairs, seeds, ok := d.More(level, detectable/2)
	switch {
	case !ok:
		return text
	case seeds == 0:
		return text + fmt.Sprintf(", and %d more pairs would show one of %.0f", pairs, 50*detectable)
	default:
		return text + fmt.Sprintf(", and %d more pairs with %d more seeds would show one of %.0f", pairs, seeds, 50*detectable)
	}
}

// similarKL is the ratio up to which two divergences count as about the same.
const similarKL = 1.1

// divergences names the settings with the smallest and the largest divergence.
func divergences(settings []Setting) string {
	nearest, farthest := slices.MinFunc(settings, compareKL), slices.MaxFunc(settings, compareKL)
	if farthest.KL.Value <= similarKL*nearest.KL.Value {
		return fmt.Sprintf("all have moved about as far from the reference (KL %.3g nats per token)", farthest.KL.Value)
	}
	return fmt.Sprintf("%s has moved least from the reference and %s most (KL %.3g and %.3g nats per token)", nearest.Name, farthest.Name, nearest.KL.Value, farthest.KL.Value)
}

// names lists the names of settings: "a, b and c".
func names(settings []Setting) string {
	list := make([]string, len(settings))
	for i, s := range settings {
		list[i] = s.Name
	}
	return wording.And(list)
}
