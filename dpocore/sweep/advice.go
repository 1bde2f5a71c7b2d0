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

// Advice says which run to take.
type Advice struct {
	Take    string // "" if the pairs show no difference
	Summary string // one sentence with the evidence
}

// surely is how rarely chance may make a difference that counts as one.
const surely = 0.05

// Advise looks at runs in the order of [Compare]. The first one is tested against each other run, pair by pair
// (statistics.Compare); as it is the first because of what was seen, P is multiplied by the number of all couples of runs
// (Bonferroni). Of the runs that are not told from the first one, the one that has moved least is the one to take, where
// at least some other run is worse.
func Advise(runs []Run) (Advice, error) {
	if len(runs) == 0 {
		return Advice{Summary: "No run is finished yet."}, nil
	}
	first := runs[0]
	if !first.Accuracy.Above(0.5) {
		return Advice{Summary: fmt.Sprintf("No run is better than chance on the %d held-out pairs: the best, %s, ranks %s of them right (%s to %s); take more steps, or more pairs to learn from.",
			len(first.Pairs), first.Name, percent(first.Accuracy.Value), percent(first.Accuracy.Low), percent(first.Accuracy.High))}, nil
	}
	if len(runs) == 1 {
		return Advice{Take: first.Name, Summary: fmt.Sprintf("%s is the only finished run; it ranks %s of %d held-out pairs right (%s to %s).",
			first.Name, percent(first.Accuracy.Value), len(first.Pairs), percent(first.Accuracy.Low), percent(first.Accuracy.High))}, nil
	}
	alike, worse, greatest, err := split(runs)
	switch {
	case err != nil:
		return Advice{}, err
	case len(worse) == 0:
		return Advice{Summary: noDifference(runs)}, nil
	default:
		return better(alike, worse, greatest), nil
	}
}

// split parts the runs into those that the first can't be told from, itself among them, and those that are worse;
// greatest is the greatest corrected P of these.
func split(runs []Run) (alike, worse []Run, greatest float64, err error) {
	alike = runs[:1:1]
	for _, run := range runs[1:] {
		d, err := evaluation.Compare(runs[0].Pairs, run.Pairs)
		if err != nil {
			return nil, nil, 0, fmt.Errorf("compare %s with %s: %w", runs[0].Name, run.Name, err)
		}
		if p := corrected(d, len(runs)); p < surely {
			worse, greatest = append(worse, run), math.Max(greatest, p)
		} else {
			alike = append(alike, run)
		}
	}
	return alike, worse, greatest, nil
}

// corrected is P with all couples of so many runs counted.
func corrected(d statistics.Difference, runs int) float64 {
	return math.Min(1, d.P*float64(couples(runs)))
}

func couples(runs int) int { return runs * (runs - 1) / 2 }

// counted says that P was corrected, where it was.
func counted(runs int) string {
	if couples(runs) == 1 {
		return ""
	}
	return fmt.Sprintf(", all %d couples of runs counted", couples(runs))
}

func better(alike, worse []Run, p float64) Advice {
	take := slices.MinFunc(alike, func(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) })
	all := counted(len(alike) + len(worse))
	told := fmt.Sprintf("ranks %s of %d held-out pairs right", percent(take.Accuracy.Value), len(take.Pairs))
	if len(alike) == 1 {
		return Advice{take.Name, fmt.Sprintf("Take %s: it %s, more than %s (P ≤ %.2g%s).", take.Name, told, names(worse), p, all)}
	}
	return Advice{take.Name, fmt.Sprintf("Take %s: it %s, and of the %d runs that so many pairs can't tell apart it has moved least (KL %.3g nats a token); %s ranks more right than %s (P ≤ %.2g%s).",
		take.Name, told, len(alike), take.KL.Value, alike[0].Name, names(worse), p, all)}
}

// noDifference says what so many pairs can't show, and what of the runs is known all the same.
func noDifference(runs []Run) string {
	first, last := runs[0], runs[len(runs)-1]
	share := fmt.Sprintf("%s to %s", percent(last.Accuracy.Value), percent(first.Accuracy.Value))
	if percent(last.Accuracy.Value) == percent(first.Accuracy.Value) {
		share = percent(first.Accuracy.Value)
	}
	text := fmt.Sprintf("No difference that %d pairs can show: the %d runs rank %s right", len(first.Pairs), len(runs), share)
	if d, err := evaluation.Compare(first.Pairs, last.Pairs); err == nil && d.Only != [2]int{} {
		text += fmt.Sprintf(", and the first and the last of them disagree on %d (P = %.2g%s)", d.Only[0]+d.Only[1], corrected(d, len(runs)), counted(len(runs)))
	}
	return text + "; " + moved(runs) + "."
}

// asFar is up to which ratio of their divergences runs have moved about as far.
const asFar = 1.1

// moved says which runs have moved least and most.
func moved(runs []Run) string {
	least := slices.MinFunc(runs, func(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) })
	most := slices.MaxFunc(runs, func(a, b Run) int { return cmp.Compare(a.KL.Value, b.KL.Value) })
	if most.KL.Value <= asFar*least.KL.Value {
		return fmt.Sprintf("all have moved about as far from the reference (KL %.3g nats a token)", most.KL.Value)
	}
	return fmt.Sprintf("%s has moved least from the reference and %s most (KL %.3g and %.3g nats a token)", least.Name, most.Name, least.KL.Value, most.KL.Value)
}

// names lists runs.
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
