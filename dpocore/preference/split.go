package preference

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Split holds out about the given fraction of the pairs (0 to 1) for
// evaluation. Pairs with the same prompt are always on the same side, so the
// held-out share can differ from the fraction by a few pairs. With a fraction
// above 0 and at least two different prompts, both sides have a pair. The
// same seed gives the same split. Both sides are in the order of the set;
// neither lists skipped pairs.
func (s *Set) Split(fraction float64, seed int64) (train, heldOut *Set) {
	train, heldOut = &Set{Source: s.Source, Columns: s.Columns}, &Set{Source: s.Source, Columns: s.Columns}
	of, prompts := s.prompts(seed)
	held, count := hold(prompts, fraction, len(s.Pairs))
	train.Pairs, heldOut.Pairs = make([]Pair, 0, len(s.Pairs)-count), make([]Pair, 0, count)
	for i, pair := range s.Pairs {
		side := train
		if held[of[i]] {
			side = heldOut
		}
		side.Pairs = append(side.Pairs, pair)
	}
	return train, heldOut
}

// A digest identifies a prompt: the first 16 bytes of the SHA-256 of seed and
// prompt.
type digest [16]byte

// A prompt is one of a set's distinct prompts.
type prompt struct {
	digest digest
	pairs  int // number of pairs with this prompt
}

// prompts returns the distinct prompts, and for each pair the index of its
// prompt.
func (s *Set) prompts(seed int64) (of []int32, list []prompt) {
	of = make([]int32, len(s.Pairs))
	known := map[digest]int32{}
	var key []byte
	for i, pair := range s.Each() {
		key = appendPrompt(binary.LittleEndian.AppendUint64(key[:0], uint64(seed)), pair.Prompt)
		sum := sha256.Sum256(key)
		at, ok := known[digest(sum[:])]
		if !ok {
			at = int32(len(list))
			known[digest(sum[:])] = at
			list = append(list, prompt{digest: digest(sum[:])})
		}
		list[at].pairs++
		of[i] = at
	}
	return of, list
}

// appendPrompt appends a key that is equal only for equal prompts.
func appendPrompt(key []byte, prompt []Turn) []byte { return fmt.Appendf(key, "%q", prompt) }

// hold selects the prompts whose pairs are held out: in the order of their
// digests, each that still fits. count is the number of their pairs.
func hold(prompts []prompt, fraction float64, pairs int) (held []bool, count int) {
	held = make([]bool, len(prompts))
	if !(fraction > 0) {
		return held, 0
	}
	order := make([]int, len(prompts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(prompts[a].digest[:], prompts[b].digest[:]) })
	limit, selected := int(math.Round(min(fraction, 1)*float64(pairs))), 0
	for _, i := range order {
		if count+prompts[i].pairs <= limit && selected < len(order)-1 {
			held[i] = true
			count += prompts[i].pairs
			selected++
		}
	}
	if selected == 0 && len(order) > 1 {
		smallest := slices.MinFunc(order, func(a, b int) int { return prompts[a].pairs - prompts[b].pairs })
		held[smallest] = true
		count = prompts[smallest].pairs
	}
	return held, count
}

// PartOf returns the set under the name that notes give it: if the other set of a run is from the same source, it says which one it is.
func (s *Set) PartOf(other *Set, name string) *Set {
	part := *s
	if other != nil && other.Source == s.Source {
		part.Source += ", " + name
	}
	return &part
}
