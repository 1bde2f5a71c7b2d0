package preference

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Sum writes all that a model can learn of the pairs to a hash: roles, texts
// and objectives.
func (s *Set) Sum(hash io.Writer) {
	out := bufio.NewWriterSize(hash, 1<<16) // a hash never fails to take bytes
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

// Spread is the set itself, or, of a larger one, so many of its pairs, evenly
// apart and in their order.
func (s *Set) Spread(most int) *Set {
	if len(s.Pairs) <= most {
		return s
	}
	some := *s
	some.Pairs = make([]Pair, most)
	for i := range some.Pairs {
		some.Pairs[i] = s.Pairs[i*len(s.Pairs)/most]
	}
	return &some
}
