package preference

import (
	"iter"
	"slices"

	"example.com/gonb-dpo/internal/offheap"
)

// maxHeapText is how many bytes of text a set keeps on the Go heap. Beyond that, texts move to memory-mapped files.
var maxHeapText = 32 << 20

// heapTexts counts the texts of a set that are on the heap.
type heapTexts struct {
	first int // index of the first pair whose texts are on the heap
	bytes int
}

// Add appends a pair. If reason is not empty, or the pair can teach nothing, it appends a skip instead.
func (s *Set) Add(pair Pair, reason string) {
	if reason == "" {
		reason = pair.Fault()
	}
	if reason != "" {
		s.Skipped = append(s.Skipped, Skip{Line: pair.Line, Reason: reason})
		return
	}
	if cap(pair.Prompt) > len(pair.Prompt) { // don't keep the record alive that it was cut from
		pair.Prompt = slices.Clone(pair.Prompt)
	}
	if last := len(s.Pairs) - 1; last >= 0 && s.Pairs[last].Objective == pair.Objective {
		pair.Objective = s.Pairs[last].Objective // share one string
	}
	s.Pairs = append(s.Pairs, pair)
	for text := range pair.texts() {
		s.heap.bytes += len(*text)
	}
	if s.heap.bytes >= maxHeapText {
		s.moveTexts()
	}
}

// texts returns the texts that may be long.
func (p *Pair) texts() iter.Seq[*string] {
	return func(yield func(*string) bool) {
		for i := range p.Prompt {
			if !yield(&p.Prompt[i].Content) {
				return
			}
		}
		_ = yield(&p.Chosen) && yield(&p.Rejected)
	}
}

// moveTexts moves the texts that are on the heap to a mapped file.
func (s *Set) moveTexts() {
	pairs, size := s.Pairs[min(s.heap.first, len(s.Pairs)):], s.heap.bytes
	s.heap = heapTexts{first: len(s.Pairs)}
	offheap.Move(func(yield func(*string) bool) {
		for i := range pairs {
			for text := range pairs[i].texts() {
				if !yield(text) {
					return
				}
			}
		}
	}, size)
}

// Each iterates over the pairs in order. It releases the memory of texts as it goes, so that it needs little memory for any
// number of pairs.
func (s *Set) Each() iter.Seq2[int, *Pair] {
	const interval = 1 << 15 // pairs
	return func(yield func(int, *Pair) bool) {
		defer offheap.Release()
		for i := range s.Pairs {
			if i%interval == interval-1 {
				offheap.Release()
			}
			if !yield(i, &s.Pairs[i]) {
				return
			}
		}
	}
}
