package gonbext

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/preference"
)

// Check says in plain words what the pairs are like: how many, how long, and whether length alone tells which answer
// was chosen.
func (p Pairs) Check() {
	cell(func(context.Context) error {
		show(p.report())
		return nil
	})
}

func (p Pairs) report() content {
	caption := "The pairs of " + p.train.Source
	if p.train.Source == dataset.Builtin {
		caption = "The built-in pairs"
	}
	t := table{caption: caption, columns: []string{"what", "how many", "in words"}}
	add := func(what, figure, words string) { t.rows = append(t.rows, []string{what, figure, words}) }
	held := 0
	if p.heldOut != nil {
		held = len(p.heldOut.Pairs)
	}
	all := p.Len() + held
	add("pairs to train on", strconv.Itoa(p.Len()), objectives(p.train))
	heldWords := "nothing to measure on that training has not seen"
	if held > 0 {
		heldWords = share(held, all) + " of all; training never sees them"
	}
	add("pairs held out", strconv.Itoa(held), heldWords)
	if !p.train.Columns.Exact() {
		add("columns", "guessed", strings.TrimPrefix(p.train.Columns.String(), "columns: "))
	}
	add("lines left out", strconv.Itoa(len(p.train.Skipped)), skips(p.train.Skipped))
	if p.Len() == 0 {
		return t
	}
	chosen := medianWords(p.train, func(pair preference.Pair) string { return pair.Chosen })
	rejected := medianWords(p.train, func(pair preference.Pair) string { return pair.Rejected })
	add("prompt", words(medianWords(p.train, promptText)), "the middle one, by length")
	add("chosen answer", words(chosen), "the middle one, by length")
	add("rejected answer", words(rejected), "the middle one, by length")
	longer := p.chosenLonger()
	add("chosen is longer", share(longer, p.Len()), "of the pairs")
	return several{t, lengthBias(longer, p.Len()), p.sizeNote()}
}

// lengthBias judges how often the chosen answer is the longer one: a model can learn that instead of what is meant.
func lengthBias(longer, all int) content {
	const much = 0.8
	switch part := float64(longer) / float64(all); {
	case part >= much:
		return box{noteBox, "In " + share(longer, all) + " of the pairs the chosen answer is the longer one: the model may learn to write long answers rather than good ones. Add pairs whose better answer is the shorter one."}
	case part <= 1-much:
		return box{noteBox, "In " + share(all-longer, all) + " of the pairs the chosen answer is the shorter one: the model may learn to be brief rather than good. Add pairs whose better answer is the longer one."}
	default:
		return box{doneBox, "Length alone does not tell which answer was chosen, so the model has to learn what you mean."}
	}
}

// sizeNote says what so many pairs can show.
func (p Pairs) sizeNote() content {
	switch {
	case p.heldOut == nil:
		return box{noteBox, "No pairs are held out, so nothing will show whether the model does better on new questions. HoldOut(0.1) sets a tenth aside."}
	case len(p.heldOut.Pairs) < 30:
		return box{noteBox, fmt.Sprintf("With %d held-out pairs the accuracy on them is a rough figure: one pair more or less changes it by %.0f percentage points.", len(p.heldOut.Pairs), 100/float64(len(p.heldOut.Pairs)))}
	default:
		return several{}
	}
}

func (p Pairs) chosenLonger() (count int) {
	for _, pair := range p.train.Pairs {
		if len(pair.Chosen) > len(pair.Rejected) {
			count++
		}
	}
	return count
}

// objectives counts what the pairs say they teach, the most frequent first.
func objectives(set *preference.Set) string {
	counts := map[string]int{}
	for _, pair := range set.Pairs {
		if pair.Objective != "" {
			counts[pair.Objective]++
		}
	}
	return list(counts)
}

func skips(skipped []preference.Skip) string {
	counts := map[string]int{}
	for _, skip := range skipped {
		counts[skip.Reason]++
	}
	if len(counts) == 0 {
		return "every line could be used"
	}
	return list(counts)
}

// list writes counts as "3 apples, 1 pear", the greatest first.
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

func words(n int) string { return fmt.Sprintf("%d words", n) }

func share(part, all int) string {
	if all == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(all))
}
