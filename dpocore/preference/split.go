package preference

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Split sets aside about the given fraction of the pairs (0 to 1) for
// evaluation. Pairs with the same prompt always stay on one side, so the
// held-out share can miss the fraction by a few pairs; with a fraction above
// 0 and two different prompts or more, both sides have a pair. The same seed
// gives the same split. Both sides keep the order of the set; lines that were
// left out are listed in neither.
func (s *Set) Split(fraction float64, seed int64) (train, heldOut *Set) {
	train, heldOut = &Set{Source: s.Source, Columns: s.Columns}, &Set{Source: s.Source, Columns: s.Columns}
	held := s.heldPrompts(fraction, seed)
	for _, pair := range s.Pairs {
		side := train
		if held[promptKey(pair.Prompt)] {
			side = heldOut
		}
		side.Pairs = append(side.Pairs, pair)
	}
	return train, heldOut
}

// heldPrompts picks the prompts whose pairs are held out: in the order of
// their hashes with the seed, each that still fits.
func (s *Set) heldPrompts(fraction float64, seed int64) map[string]bool {
	held := map[string]bool{}
	if !(fraction > 0) {
		return held
	}
	counts := map[string]int{}
	for _, pair := range s.Pairs {
		counts[promptKey(pair.Prompt)]++
	}
	order := hashOrder(counts, seed)
	room := int(math.Round(min(fraction, 1) * float64(len(s.Pairs))))
	for _, key := range order {
		if counts[key] <= room && len(held) < len(order)-1 {
			held[key] = true
			room -= counts[key]
		}
	}
	if len(held) == 0 && len(order) > 1 {
		held[slices.MinFunc(order, func(a, b string) int { return counts[a] - counts[b] })] = true
	}
	return held
}

// hashOrder sorts the prompts by the hash of seed and prompt.
func hashOrder(counts map[string]int, seed int64) []string {
	hashes := make(map[string][]byte, len(counts))
	order := make([]string, 0, len(counts))
	for key := range counts {
		sum := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, uint64(seed)), key...))
		hashes[key] = sum[:]
		order = append(order, key)
	}
	slices.SortFunc(order, func(a, b string) int { return bytes.Compare(hashes[a], hashes[b]) })
	return order
}

// promptKey is equal for equal prompts only.
func promptKey(prompt []Turn) string {
	return fmt.Sprintf("%q", prompt)
}
