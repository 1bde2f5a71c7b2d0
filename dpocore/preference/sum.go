package preference

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Sum writes everything that a model can learn from the pairs to a hash:
// roles, texts and objectives.
func (s *Set) Sum(hash io.Writer) {
	out := bufio.NewWriterSize(hash, 1<<16) // writing to a hash never fails
	defer out.Flush()
	count := func(n int) { out.Write(binary.LittleEndian.AppendUint64(nil, uint64(n))) }
	put := func(text string) {
		count(len(text))
		out.WriteString(text)
	}
	for _, pair := range s.Each() {
		count(len(pair.Prompt))
		for _, turn := range pair.Prompt {
			put(turn.Role)
			put(turn.Content)
		}
		put(pair.Chosen)
		put(pair.Rejected)
		put(pair.Objective)
	}
}

// Spread returns the set itself, or, if it is larger than limit, limit pairs
// at equal distances, in order.
func (s *Set) Spread(limit int) *Set {
	if len(s.Pairs) <= limit {
		return s
	}
	some := *s
	some.Pairs = make([]Pair, limit)
	for i := range some.Pairs {
		some.Pairs[i] = s.Pairs[i*len(s.Pairs)/limit]
	}
	return &some
}
