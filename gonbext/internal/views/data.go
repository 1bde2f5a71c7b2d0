package views

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/pairs"
	"example.com/gonb-dpo/internal/wording"
)

// Data describes pairs: their number and lengths, and whether length alone predicts the chosen answer.
func Data(s pairs.Set) output.Content {
	n, heldOut := len(s.Train.Pairs), 0
	if s.HeldOut != nil {
		heldOut = len(s.HeldOut.Pairs)
	}
	t := output.Table{Caption: s.Caption(), Columns: []string{"what", "how many", "in words"}}
	t.Add("training pairs", strconv.Itoa(n), objectives(s.Train))
	words := "no unseen pairs to evaluate on"
	if heldOut > 0 {
		words = wording.PercentOf(heldOut, n+heldOut) + " of all; never trained on"
	}
	t.Add("held-out pairs", strconv.Itoa(heldOut), words)
	if note := s.Train.Columns.Note(); note != "" {
		t.Add("columns", "as read", strings.TrimPrefix(strings.TrimPrefix(note, "columns "), "columns: "))
	}
	t.Add("skipped lines", strconv.Itoa(len(s.Train.Skipped)), skipped(s.Train.Skipped))
	if n == 0 {
		return t
	}
	addMedian := func(what string, text func(preference.Pair) string) {
		t.Add(what, fmt.Sprintf("%d words", medianWords(s.Train, text)), "median length")
	}
	addMedian("prompt", func(pair preference.Pair) string { return pair.PromptText() })
	addMedian("chosen answer", func(pair preference.Pair) string { return pair.Chosen })
	addMedian("rejected answer", func(pair preference.Pair) string { return pair.Rejected })
	longer := chosenLonger(s.Train)
	t.Add("chosen is longer", wording.PercentOf(longer, n), "of the pairs")
	return output.Stack{t, lengthBias(longer, n), sizeNote(heldOut)}
}

// lengthBias warns if the chosen answer is nearly always the longer or the shorter one: a model can learn that instead of
// the preference.
func lengthBias(longer, all int) output.Box {
	const biased = 0.8
	switch fraction := float64(longer) / float64(all); {
	case fraction >= biased:
		return output.Notef("In %s of the pairs the chosen answer is the longer one: the model may learn to write long answers rather than good ones. Add pairs whose better answer is the shorter one.", wording.PercentOf(longer, all))
	case fraction <= 1-biased:
		return output.Notef("In %s of the pairs the chosen answer is the shorter one: the model may learn to be brief rather than good. Add pairs whose better answer is the longer one.", wording.PercentOf(all-longer, all))
	default:
		return output.Donef("Length alone does not predict which answer was chosen, so the model has to learn the preference itself.")
	}
}

// sizeNote is a note on the precision of an accuracy that is measured on this many held-out pairs.
func sizeNote(heldOut int) output.Content {
	switch {
	case heldOut == 0:
		return output.Notef("No pairs are held out, so nothing will show whether the model improves on new prompts. HoldOut(0.1) holds out a tenth.")
	case heldOut < 30:
		return output.Notef("With %d held-out pairs their accuracy is a rough estimate: one pair changes it by %.0f percentage points.", heldOut, 100/float64(heldOut))
	default:
		return output.Stack{}
	}
}

func chosenLonger(set *preference.Set) (count int) {
	for _, pair := range set.Pairs {
		if len(pair.Chosen) > len(pair.Rejected) {
			count++
		}
	}
	return count
}

// objectives counts the pairs of each objective, the most frequent first.
func objectives(set *preference.Set) string {
	counts := map[string]int{}
	for _, pair := range set.Pairs {
		if pair.Objective != "" {
			counts[pair.Objective]++
		}
	}
	return list(counts)
}

func skipped(lines []preference.Skip) string {
	counts := map[string]int{}
	for _, line := range lines {
		counts[line.Reason]++
	}
	if len(counts) == 0 {
		return "every line is usable"
	}
	return list(counts)
}

// list formats counts as "3 apples, 1 pear", the largest first.
func list(counts map[string]int) string {
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", counts[name], name)
	}
	return strings.Join(names, ", ")
}

func medianWords(set *preference.Set, text func(preference.Pair) string) int {
	var counts []int
	for _, pair := range set.Pairs {
		counts = append(counts, len(strings.Fields(text(pair))))
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}
