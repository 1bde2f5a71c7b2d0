package batch

import (
	"fmt"
	"slices"
)

// Pack lays a step's examples into as few rows of one shape as it can: the longest first, each into the first row that
// still has room (first-fit decreasing, Johnson 1973). The same examples give the same rows.
func Pack(examples []Example, shape Shape) ([]*Row, error) {
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return examples[b].Tokens() - examples[a].Tokens() })
	var rows []*Row
	for _, index := range order {
		example := examples[index]
		at := slices.IndexFunc(rows, func(r *Row) bool { return r.fits(example) })
		if at < 0 {
			rows = append(rows, newRow(shape))
			at = len(rows) - 1
		}
		if !rows[at].fits(example) {
			return nil, fmt.Errorf("pair %d has %d tokens, %d of them in answers; a row holds %d and %d",
				index, example.Tokens(), example.Answers(), shape.Tokens, shape.Answers)
		}
		rows[at].add(index, example)
	}
	return rows, nil
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
