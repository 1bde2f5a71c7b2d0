package lint

import "fmt"

// repeated finds pairs that were there before.
func (l *linter) repeated(keys []key) {
	f := l.rule(repeatedRule)
	type seenKey struct {
		answers uint64
		forward bool
	}
	seen := make(map[seenKey]int, len(keys))
	for i, k := range keys {
		pair := &l.train.Pairs[i]
		if first, ok := seen[seenKey{k.answers, k.forward}]; ok {
			l.found(f, pair, "the same as %s: %s", l.train.Pairs[first].Where(), excerpt(pair.PromptText()))
			continue
		}
		seen[seenKey{k.answers, k.forward}] = i
	}
	if f.Count > 0 {
		f.set(f.bySize(0.2), fmt.Sprintf("%d of %d pairs have been there before.", f.Count, f.Of), "Leave one of each, or what is repeated counts several times.")
	}
}

// contradicts finds pairs for which there is another one with the same prompt
// and answers, the other way round.
func (l *linter) contradicts(keys []key) {
	f := l.rule(contradictRule)
	last := map[uint64][2]int{} // the answers → the last pair of either order, counted from 1
	for i, k := range keys {
		orders := last[k.answers]
		orders[orderOf(k)] = i + 1
		last[k.answers] = orders
	}
	for i, k := range keys {
		if other := last[k.answers][1-orderOf(k)]; other > 0 && !k.equal {
			pair := &l.train.Pairs[i]
			l.found(f, pair, "the opposite of %s: %s", l.train.Pairs[other-1].Where(), excerpt(pair.PromptText()))
		}
	}
	if f.Count > 0 {
		f.set(f.bySize(0.01), fmt.Sprintf("%d of %d pairs contradict another one: the same prompt and answers, the other way round.", f.Count, f.Of), "Decide which of the two is right and remove the other.")
	}
}

func orderOf(k key) int {
	if k.forward {
		return 1
	}
	return 0
}

// dominates looks for one prompt that has many of the pairs.
func (l *linter) dominates(keys []key) {
	f := l.rule(dominantRule)
	pairs := map[uint64]int{}
	most := uint64(0)
	for _, k := range keys {
		pairs[k.prompt]++
		if pairs[k.prompt] > pairs[most] {
			most = k.prompt
		}
	}
	if n := pairs[most]; n < dominantFrom || float64(n) < dominant*float64(len(keys)) {
		return
	}
	for i, k := range keys {
		if k.prompt == most {
			l.found(f, &l.train.Pairs[i], "%s", excerpt(l.train.Pairs[i].PromptText()))
		}
	}
	f.Examples = f.Examples[:min(1, len(f.Examples))] // the others are the same
	f.set(f.bySize(4*dominant), fmt.Sprintf("One prompt has %d of %d pairs (%s).", f.Count, f.Of, percent(f.Count, f.Of)), "Limit the pairs of a prompt, to 5 for instance, so that it does not drown the others.")
}
