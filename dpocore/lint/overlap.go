package lint

import (
	"fmt"
	"math"
	"slices"

	"example.com/gonb-dpo/internal/wording"
)

// MinHash (Broder 1997) with banding (Leskovec, Rajaraman, Ullman, "Mining of
// Massive Datasets", section 3.4): two prompts whose shingles have Jaccard
// similarity s share a bucket with probability 1−(1−s^4)^16, which is 98 % at 0.7
// and almost 1 at 0.8.
const (
	bands         = 16
	rows          = 4
	shingle       = 3   // words
	nearDuplicate = 0.8 // minimum Jaccard similarity of near-duplicate prompts
	maxInBucket   = 64  // maximum number of prompts per bucket
	nearMinWords  = 5   // minimum number of words for near-duplicate detection
)

// shingles returns the sorted set of hashes of three consecutive words, or the hash of
// all words if there are fewer.
func shingles(list []uint64) []uint64 {
	var set []uint64
	for i := 0; i+shingle <= len(list); i++ {
		set = append(set, hashAll(list[i:i+shingle]))
	}
	if len(set) == 0 {
		set = append(set, hashAll(list))
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// buckets returns the MinHash buckets of a set of shingles, one per band.
func buckets(set []uint64) (keys [bands]uint64) {
	for band := range bands {
		key := uint64(hashStart)
		for row := range rows {
			minimum := uint64(math.MaxUint64)
			salt := scramble(uint64(band*rows + row + 1))
			for _, s := range set {
				minimum = min(minimum, scramble(s^salt))
			}
			key = mix(key, minimum)
		}
		keys[band] = key + uint64(band)
	}
	return keys
}

// scramble mixes all 64 bits of a number (finalizer of MurmurHash3, Appleby 2011).
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// jaccard returns the Jaccard similarity of two sorted sets.
func jaccard(a, b []uint64) float64 {
	common := countCommon(a, b)
	return float64(common) / float64(max(len(a)+len(b)-common, 1))
}

// overlap finds held-out prompts that are also in the training pairs, exactly or
// nearly.
func (l *linter) overlap() error {
	if l.heldOut == nil || len(l.heldOut.Pairs) == 0 {
		l.report.NotChecked = append(l.report.NotChecked, overlapRule+" (no pairs are held out)")
		return nil
	}
	same, near := l.rule(overlapRule), l.rule(nearRule)
	same.Of, near.Of = len(l.heldOut.Pairs), len(l.heldOut.Pairs)
	index := l.heldOutIndex()
	exact, nearest := index.match(l)
	for i := range l.heldOut.Pairs {
		pair := &l.heldOut.Pairs[i]
		at := index.of[i]
		if first, ok := exact[at]; ok {
			l.found(same, pair, "also %s: %s", l.train.Pairs[first].Where(), wording.Excerpt(pair.PromptText()))
		} else if first, ok := nearest[at]; ok {
			l.found(near, pair, "nearly %s: %s", l.train.Pairs[first].Where(), wording.Excerpt(pair.PromptText()))
		}
	}
	const advice = "Split by prompt (--eval-fraction does), or remove these pairs from training: a memorized prompt is no test."
	if same.Count > 0 {
		same.set(Wrong, fmt.Sprintf("The prompts of %d of %s are also in the training data.", same.Count, wording.Count(same.Of, "held-out pair")), advice)
	}
	if near.Count > 0 {
		near.set(near.bySize(manyLeftOut), fmt.Sprintf("The prompts of %d of %s are nearly the same as training prompts.", near.Count, wording.Count(near.Of, "held-out pair")), advice)
	}
	return nil
}

// promptIndex indexes the distinct held-out prompts.
type promptIndex struct {
	of      []int          // for each held-out pair the number of its prompt
	exact   map[uint64]int // hash → prompt
	sets    [][]uint64     // each prompt's shingles, nil if it is too short for near-duplicate detection
	buckets map[uint64][]int
}

// heldOutIndex indexes the held-out prompts, because there are usually fewer of them
// than training prompts.
func (l *linter) heldOutIndex() *promptIndex {
	index := &promptIndex{exact: map[uint64]int{}, buckets: map[uint64][]int{}}
	for _, pair := range l.heldOut.Each() {
		list := promptWords(pair.Prompt)
		hash := hashAll(list)
		at, ok := index.exact[hash]
		if !ok {
			at = len(index.sets)
			index.exact[hash] = at
			index.sets = append(index.sets, nil)
			if len(list) >= nearMinWords {
				index.add(at, shingles(list))
			}
		}
		index.of = append(index.of, at)
	}
	return index
}

func (x *promptIndex) add(at int, set []uint64) {
	x.sets[at] = set
	for _, bucket := range buckets(set) {
		if len(x.buckets[bucket]) < maxInBucket {
			x.buckets[bucket] = append(x.buckets[bucket], at)
		}
	}
}

// match returns for held-out prompts the index of a training pair with the same
// prompt, and of the first one with nearly the same prompt.
func (x *promptIndex) match(l *linter) (exact, near map[int]int) {
	exact, near = map[int]int{}, map[int]int{}
	seen := map[uint64]bool{}
	for i, pair := range l.train.Each() {
		if i%1024 == 0 && l.ctx.Err() != nil {
			return exact, near
		}
		list := promptWords(pair.Prompt)
		hash := hashAll(list)
		if seen[hash] {
			continue
		}
		seen[hash] = true
		if at, ok := x.exact[hash]; ok {
			exact[at] = i
		}
		if len(list) >= nearMinWords {
			x.nearly(shingles(list), i, near)
		}
	}
	return exact, near
}

// nearly records the held-out prompts that are similar to a training pair's prompt.
func (x *promptIndex) nearly(set []uint64, pair int, near map[int]int) {
	for _, bucket := range buckets(set) {
		for _, at := range x.buckets[bucket] {
			if _, known := near[at]; !known && jaccard(set, x.sets[at]) >= nearDuplicate {
				near[at] = pair
			}
		}
	}
}
