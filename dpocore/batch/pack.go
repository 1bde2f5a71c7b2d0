package batch

import (
	"fmt"
	"slices"
)

// Pack lays a step's examples into rows of the given shapes, largest first as Plan gives them, so that the rows cost
// least. A row takes the longest example that is left and beside it those that fill it best; of the largest shape there
// are as many rows as that takes, or up to fewestLarge fewer where the rest fits the next shape for less. Many examples
// are packed some at a time. The same examples give the same rows.
func Pack(examples []Example, shapes ...Shape) ([]*Row, error) {
	if err := check(examples, shapes); err != nil {
		return nil, err
	}
	var rows []*Row
	for begin := 0; begin < len(examples); begin += together {
		for _, bin := range pack(examples[begin:min(begin+together, len(examples))], shapes) {
			row := newRow(bin.shape)
			for _, index := range bin.examples {
				row.add(begin+index, examples[begin+index])
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// together is how many examples are packed at a time, fewestLarge how many rows of the largest shape are given up for
// smaller ones at most.
const (
	together    = 64
	fewestLarge = 4
)

// check refuses an example that no row can hold.
func check(examples []Example, shapes []Shape) error {
	for i, e := range examples {
		if !slices.ContainsFunc(shapes, func(s Shape) bool { return s.holds(e) }) {
			return fmt.Errorf("pair %d has %d tokens, %d of them in answers; a row holds %d and %d",
				i, e.Tokens(), e.Answers(), shapes[0].Tokens, shapes[0].Answers)
		}
	}
	return nil
}

func (s Shape) holds(e Example) bool {
	return e.Tokens() <= s.Tokens && e.Answers() <= s.Answers && s.Pairs > 0
}

// bin is a row before it is written: its shape and what stands in it.
type bin struct {
	shape    Shape
	examples []int
}

// pack chooses the rows. Each example fits one of the shapes.
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
	most := len(best)
	for large := max(0, most-fewestLarge); large < most; large++ {
		bins, rest := fill(examples, order, shapes[0], large)
		more, left := fill(examples, rest, shapes[1], len(rest))
		if bins = append(bins, more...); len(left) == 0 && costOf(bins) < costOf(best) {
			best = bins
		}
	}
	return best
}

// fill makes up to count rows of a shape of examples in descending order of length, and returns what is left over: all,
// once one does not fit the shape.
func fill(examples []Example, order []int, shape Shape, count int) (bins []bin, rest []int) {
	rest = order
	for len(bins) < count && len(rest) > 0 {
		first := slices.IndexFunc(rest, func(i int) bool { return shape.holds(examples[i]) })
		if first < 0 {
			return bins, rest
		}
		chosen := choose(examples, rest[first:], shape)
		bins = append(bins, bin{shape, chosen})
		rest = slices.DeleteFunc(slices.Clone(rest), func(i int) bool { return slices.Contains(chosen, i) })
	}
	return bins, rest
}

// choose picks the first of the examples, and of the others those that with it fill a row best: the subset sum that comes
// closest to the row's length, by dynamic programming (Bellman 1957).
func choose(examples []Example, order []int, shape Shape) []int {
	type state struct {
		reached        bool
		example, from  int // the last one taken in, and the tokens before it
		answers, pairs int
	}
	states := make([]state, shape.Tokens+1)
	first := examples[order[0]]
	begin := first.Tokens()
	states[begin] = state{reached: true, example: order[0], from: -1, answers: first.Answers(), pairs: 1}
	fullest := begin
	for _, index := range order[1:] {
		e := examples[index]
		for tokens := shape.Tokens; tokens >= begin+e.Tokens(); tokens-- {
			before := states[tokens-e.Tokens()]
			if states[tokens].reached || !before.reached || before.pairs == shape.Pairs || before.answers+e.Answers() > shape.Answers {
				continue
			}
			states[tokens] = state{true, index, tokens - e.Tokens(), before.answers + e.Answers(), before.pairs + 1}
			fullest = max(fullest, tokens)
		}
		if fullest == shape.Tokens {
			break
		}
	}
	var chosen []int
	for at := fullest; at >= 0; at = states[at].from {
		chosen = append(chosen, states[at].example)
	}
	slices.Reverse(chosen)
	return chosen
}

// Truncated counts what Truncate did.
type Truncated struct {
	Cut     int   // answers that were shortened
	LeftOut []int // indices of examples whose prompt alone fills maxLength
}

// Truncate shortens examples as TRL 1.16 does: a sequence, prompt and answer, keeps its first maxLength tokens. An
// example whose prompt leaves no room for an answer is left out.
func Truncate(examples []Example, maxLength int) ([]Example, Truncated) {
	var kept []Example
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
		kept = append(kept, e)
	}
	return kept, report
}
