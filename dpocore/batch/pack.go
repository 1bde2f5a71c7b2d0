package batch

import (
	"fmt"
	"slices"
)

// Pack distributes a step's examples over rows of the given shapes, which are sorted largest first as from Plan, at minimum
// cost. Each row gets the longest remaining example and those that fill the rest of the row best. All rows have the largest
// shape, unless replacing up to maxReplaced of them by rows of the second shape is cheaper. Examples are packed in groups of
// packGroup. The result is deterministic.
func Pack(examples []Example, shapes ...Shape) ([]*Row, error) {
	if err := check(examples, shapes); err != nil {
		return nil, err
	}
	var rows []*Row
	for start := 0; start < len(examples); start += packGroup {
		for _, bin := range pack(examples[start:min(start+packGroup, len(examples))], shapes) {
			row := newRow(bin.shape)
			for _, index := range bin.examples {
				row.add(start+index, examples[start+index])
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

const (
	packGroup   = 64 // examples packed at a time
	maxReplaced = 4  // rows of the largest shape that may be replaced by smaller ones
)

// check returns an error if an example fits none of the shapes.
func check(examples []Example, shapes []Shape) error {
	for i, e := range examples {
		if !slices.ContainsFunc(shapes, func(s Shape) bool { return s.fits(e) }) {
			return fmt.Errorf("pair %d has %d tokens, %d of them in answers; a row has room for %d and %d",
				i, e.Tokens(), e.Answers(), shapes[0].Tokens, shapes[0].Answers)
		}
	}
	return nil
}

// fits reports whether an example fits into an empty row.
func (s Shape) fits(e Example) bool {
	return e.Tokens() <= s.Tokens && e.Answers() <= s.Answers && s.Pairs > 0
}

// bin is a planned row: its shape and the indices of its examples.
type bin struct {
	shape    Shape
	examples []int
}

// pack chooses the rows. Each example must fit one of the shapes.
func pack(examples []Example, shapes []Shape) (best []bin) {
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return examples[b].Tokens() - examples[a].Tokens() })
	best, _ = fill(examples, order, shapes[0], len(order))
	if len(shapes) == 1 {
		return best
	}
	allLarge := len(best)
	for large := max(0, allLarge-maxReplaced); large < allLarge; large++ {
		bins, rest := fill(examples, order, shapes[0], large)
		small, unplaced := fill(examples, rest, shapes[1], len(rest))
		if bins = append(bins, small...); len(unplaced) == 0 && costOf(bins) < costOf(best) {
			best = bins
		}
	}
	return best
}

// fill makes up to count rows of a shape from examples sorted by descending length. It returns the examples that are in none
// of the rows.
func fill(examples []Example, order []int, shape Shape, count int) (bins []bin, rest []int) {
	rest = order
	for len(bins) < count && len(rest) > 0 {
		first := slices.IndexFunc(rest, func(i int) bool { return shape.fits(examples[i]) })
		if first < 0 {
			return bins, rest
		}
		chosen := choose(examples, rest[first:], shape)
		bins = append(bins, bin{shape, chosen})
		rest = slices.DeleteFunc(slices.Clone(rest), func(i int) bool { return slices.Contains(chosen, i) })
	}
	return bins, rest
}

// choose selects the first example and those of the others that fill the rest of the row best: the largest subset sum
// that fits, by dynamic programming (Bellman 1957).
func choose(examples []Example, order []int, shape Shape) []int {
	type state struct {
		example, from  int32 // the last example added, and the number of tokens without it
		answers, pairs int32 // no pairs if the number of tokens is not reached
	}
	states := make([]state, shape.Tokens+1)
	first := examples[order[0]]
	start := first.Tokens()
	states[start] = state{example: int32(order[0]), from: -1, answers: int32(first.Answers()), pairs: 1}
	fullest := start
	for _, index := range order[1:] {
		length, answers := examples[index].Tokens(), int32(examples[index].Answers())
		for tokens := min(shape.Tokens, fullest+length); tokens >= start+length; tokens-- {
			before := states[tokens-length]
			if before.pairs == 0 || states[tokens].pairs > 0 || int(before.pairs) == shape.Pairs || int(before.answers+answers) > shape.Answers {
				continue
			}
			states[tokens] = state{int32(index), int32(tokens - length), before.answers + answers, before.pairs + 1}
			fullest = max(fullest, tokens)
		}
		if fullest == shape.Tokens {
			break
		}
	}
	var chosen []int
	for at := fullest; at >= 0; at = int(states[at].from) {
		chosen = append(chosen, int(states[at].example))
	}
	slices.Reverse(chosen)
	return chosen
}

// Truncated reports what Truncate did.
type Truncated struct {
	Cut     int   // number of shortened answers
	LeftOut []int // indices of examples whose prompt alone has maxLength tokens or more
}

// Truncate shortens examples as TRL 1.16 does: each sequence of prompt and answer is cut to its first maxLength tokens.
// Examples whose prompt leaves no room for an answer are omitted.
func Truncate(examples []Example, maxLength int) ([]Example, Truncated) {
	var result []Example
	var report Truncated
	for i, e := range examples {
		room := maxLength - len(e.Prompt)
		if room <= 0 {
			report.LeftOut = append(report.LeftOut, i)
			continue
		}
		for _, answer := range []*[]int32{&e.Chosen, &e.Rejected} {
			if len(*answer) > room {
				*answer = (*answer)[:room]
				report.Cut++
			}
		}
		result = append(result, e)
	}
	return result, report
}
