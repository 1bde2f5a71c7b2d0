package lint

import (
	"fmt"
	"math"
	"slices"
)

// MinHash (Broder 1997) with banding (Leskovec, Rajaraman, Ullman, "Mining of
// Massive Datasets", section 3.4): two prompts whose shingles have the share
// s in common meet in a band with probability 1−(1−s^4)^16: 98 % at 0.7,
// nearly always at 0.8.
const (
	bands      = 16
	rows       = 4
	shingle    = 3   // words
	nearlySame = 0.8 // Jaccard's index of the shingles, from which prompts are nearly the same
	mostInBand = 64  // prompts that are kept of a bucket
	nearFewest = 5   // words of a prompt that can be nearly another one
)

// shingles are the distinct runs of three words, or one of all if there are
// fewer, in ascending order.
func shingles(list []uint64) []uint64 {
	var set []uint64
	for i := 0; i+shingle <= len(list); i++ {
		set = append(set, whole(list[i:i+shingle]))
	}
	if len(set) == 0 {
		set = append(set, whole(list))
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// buckets are the places in which a set of shingles stands, one a band.
func buckets(set []uint64) (keys [bands]uint64) {
	for band := range bands {
		key := uint64(hashStart)
		for row := range rows {
			least := uint64(math.MaxUint64)
			salt := scramble(uint64(band*rows + row + 1))
			for _, s := range set {
				least = min(least, scramble(s^salt))
			}
			key = mix(key, least)
		}
		keys[band] = key + uint64(band)
	}
	return keys
}

// scramble spreads a number over all 64 bits (the finalizer of MurmurHash3,
// Appleby 2011).
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// jaccard is the share that two ascending sets have in common.
func jaccard(a, b []uint64) float64 {
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(common) / float64(max(len(a)+len(b)-common, 1))
}

// overlap finds held-out prompts that are trained on, word by word or nearly.
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
			l.found(same, pair, "also %s: %s", l.train.Pairs[first].Where(), excerpt(pair.PromptText()))
		} else if first, ok := nearest[at]; ok {
			l.found(near, pair, "nearly %s: %s", l.train.Pairs[first].Where(), excerpt(pair.PromptText()))
		}
	}
	const advice = "Hold out by prompt (--eval-fraction does), or remove these pairs from training: what is known by heart is no test."
	if same.Count > 0 {
		same.set(Wrong, fmt.Sprintf("The prompts of %d of %d held-out pairs are also trained on.", same.Count, same.Of), advice)
	}
	if near.Count > 0 {
		near.set(near.bySize(manyLeftOut), fmt.Sprintf("The prompts of %d of %d held-out pairs are nearly the same as ones that are trained on.", near.Count, near.Of), advice)
	}
	return nil
}

// A promptIndex finds distinct held-out prompts.
type promptIndex struct {
	of      []int          // the held-out pair's prompt
	exact   map[uint64]int // hash → prompt
	sets    [][]uint64     // the prompts' shingles, nil if they are too short to be nearly another one
	buckets map[uint64][]int
}

// heldOutIndex is of the held-out pairs: most often there are fewer of them.
func (l *linter) heldOutIndex() *promptIndex {
	index := &promptIndex{exact: map[uint64]int{}, buckets: map[uint64][]int{}}
	for _, pair := range l.heldOut.Each() {
		list := promptWords(pair.Prompt)
		hash := whole(list)
		at, ok := index.exact[hash]
		if !ok {
			at = len(index.sets)
			index.exact[hash] = at
			index.sets = append(index.sets, nil)
			if len(list) >= nearFewest {
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
		if len(x.buckets[bucket]) < mostInBand {
			x.buckets[bucket] = append(x.buckets[bucket], at)
		}
	}
}

// match goes through the prompts to train on; it returns, for held-out
// prompts, the first pair to train on with the same prompt, and with nearly
// the same one.
func (x *promptIndex) match(l *linter) (exact, near map[int]int) {
	exact, near = map[int]int{}, map[int]int{}
	seen := map[uint64]bool{}
	for i, pair := range l.train.Each() {
		if i%1024 == 0 && l.ctx.Err() != nil {
			return exact, near
		}
		list := promptWords(pair.Prompt)
		hash := whole(list)
		if seen[hash] {
			continue
		}
		seen[hash] = true
		if at, ok := x.exact[hash]; ok {
			exact[at] = i
		}
		if len(list) >= nearFewest {
			x.nearly(shingles(list), i, near)
		}
	}
	return exact, near
}

// nearly notes the prompts to which one to train on is near.
func (x *promptIndex) nearly(set []uint64, pair int, near map[int]int) {
	for _, bucket := range buckets(set) {
		for _, at := range x.buckets[bucket] {
			if _, known := near[at]; !known && jaccard(set, x.sets[at]) >= nearlySame {
				near[at] = pair
			}
		}
	}
}
