package lint

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// repeated finds duplicates of earlier pairs.
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
			l.found(f, pair, "duplicate of %s: %s", l.train.Pairs[first].Where(), wording.Excerpt(pair.PromptText()))
			continue
		}
		seen[seenKey{k.answers, k.forward}] = i
	}
	if f.Count > 0 {
		f.set(f.bySize(0.2), fmt.Sprintf("%d of %s are duplicates of earlier ones.", f.Count, wording.Count(f.Of, "pair")), "Keep one of each; otherwise repeated pairs count several times.")
	}
}

// contradicts finds pairs for which another one has the same prompt and the same
// answers with the opposite preference.
func (l *linter) contradicts(keys []key) {
	f := l.rule(contradictRule)
	last := map[uint64][2]int{} // by answers: the last pair in either order, counted from 1
	for i, k := range keys {
		orders := last[k.answers]
		orders[orderOf(k)] = i + 1
		last[k.answers] = orders
	}
	for i, k := range keys {
		if other := last[k.answers][1-orderOf(k)]; other > 0 && !k.equal {
			pair := &l.train.Pairs[i]
			l.found(f, pair, "the opposite of %s: %s", l.train.Pairs[other-1].Where(), wording.Excerpt(pair.PromptText()))
		}
	}
	if f.Count > 0 {
		f.set(f.bySize(0.01), fmt.Sprintf("%d of %s contradict another one: same prompt and answers, opposite preference.", f.Count, wording.Count(f.Of, "pair")), "Decide which of the two is right and remove the other.")
	}
}

func orderOf(k key) int {
	if k.forward {
		return 1
	}
	return 0
}

// dominates reports a prompt that occurs in many of the pairs.
func (l *linter) dominates(keys []key) {
	f := l.rule(dominantRule)
	pairs := map[uint64]int{}
	top := uint64(0)
	for _, k := range keys {
		pairs[k.prompt]++
		if pairs[k.prompt] > pairs[top] {
			top = k.prompt
		}
	}
	if n := pairs[top]; n < dominantFrom || float64(n) < dominant*float64(len(keys)) {
		return
	}
	for i, k := range keys {
		if k.prompt == top {
			l.found(f, &l.train.Pairs[i], "%s", wording.Excerpt(l.train.Pairs[i].PromptText()))
		}
	}
	f.Examples = f.Examples[:min(1, len(f.Examples))] // the others are the same
	f.set(f.bySize(4*dominant), fmt.Sprintf("One prompt has %d of %s (%s).", f.Count, wording.Count(f.Of, "pair"), wording.PercentOf(f.Count, f.Of)), "Limit the number of pairs per prompt, for example to 5, so that one prompt does not dominate training.")
}
