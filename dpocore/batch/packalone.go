package batch

import "slices"

// PackOrAlone is [Pack] for pairs of which some may fit none of the shapes: such a pair gets a row to itself, with this many tokens.
func PackOrAlone(pairs []Example, longest int, shapes ...Shape) ([]*Row, error) {
	fits := func(pair Example) bool {
		return slices.ContainsFunc(shapes, func(s Shape) bool { return pair.Tokens() <= s.Tokens && pair.Answers() <= s.Answers })
	}
	var usual, long []int
	for i, pair := range pairs {
		if fits(pair) {
			usual = append(usual, i)
		} else {
			long = append(long, i)
		}
	}
	rows, err := packSome(pairs, usual, shapes...)
	if err != nil {
		return nil, err
	}
	more, err := packSome(pairs, long, Shape{Tokens: longest, Answers: longest, Pairs: 1})
	return append(rows, more...), err
}

// packSome packs the pairs with the given indices; the rows refer to them by these.
func packSome(pairs []Example, indices []int, shapes ...Shape) ([]*Row, error) {
	list := make([]Example, len(indices))
	for i, index := range indices {
		list[i] = pairs[index]
	}
	rows, err := Pack(list, shapes...)
	for _, row := range rows {
		for i, example := range row.Examples {
			row.Examples[i] = indices[example]
		}
	}
	return rows, err
}
