package encode

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
)

// maker makes tokens of pairs, and counts what it has to do to them.
type Encoder struct {
	encoder               *chat.Encoder
	maxLength, vocabulary int

	pairs      int    // looked at
	cut        int    // answers
	leftOut    int    // pairs
	mismatches int    // pairs, see chat.Mismatch
	between    string // the first of them
}

// New makes an encoder for a chat template and a vocabulary of the given size. Prompt and answer together have at most
// maxLength tokens.
func New(encoder *chat.Encoder, vocabulary, maxLength int) *Encoder {
	return &Encoder{encoder: encoder, maxLength: maxLength, vocabulary: vocabulary}
}

// example renders and tokenizes a pair and cuts it; fits is false where its prompt alone leaves no room for an answer.
func (m *Encoder) Example(pair *preference.Pair) (example batch.Example, fits bool, err error) {
	tokens, mismatch, err := m.encoder.Pair(*pair)
	if err != nil {
		return example, false, fmt.Errorf("tokenize the pairs: %w", err)
	}
	m.pairs++
	if mismatch != nil {
		if m.mismatches++; m.mismatches == 1 {
			m.between = mismatch.Between
		}
	}
	example = batch.Example{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}
	if err := example.Check(m.vocabulary); err != nil {
		return example, false, fmt.Errorf("tokenize %s: %w", pair.Where(), err)
	}
	kept, report := batch.Truncate([]batch.Example{example}, m.maxLength)
	if len(kept) == 0 {
		m.leftOut++
		return example, false, nil
	}
	m.cut += report.Cut
	return kept[0], true, nil
}

// notes say what was done to a set's pairs, as far as they were looked at.
func (m *Encoder) Notes(set *preference.Set) (notes []string) {
	note := func(format string, args ...any) {
		notes = append(notes, fmt.Sprintf("%s: %s.", set.Source, fmt.Sprintf(format, args...)))
	}
	if !set.Columns.Exact() {
		note("%s", set.Columns)
	}
	for _, own := range set.Notes {
		note("%s", own)
	}
	if len(set.Skipped) > 0 {
		note("%s", set.Report())
	}
	looked := ""
	if m.pairs < len(set.Pairs) {
		looked = fmt.Sprintf(", of %d pairs looked at", m.pairs)
	}
	if m.leftOut > 0 {
		note("left out %d pairs whose prompt alone fills %d tokens%s", m.leftOut, m.maxLength, looked)
	}
	if m.cut > 0 {
		note("cut %d answers where prompt and answer exceed %d tokens%s", m.cut, m.maxLength, looked)
	}
	if m.mismatches > 0 {
		note("in %d pairs the chat template writes the prompt's end otherwise once an answer follows%s; left out of the first: %q", m.mismatches, looked, m.between)
	}
	return notes
}

// examples are a set's pairs as tokens, but for those that have no room for an answer.
type Examples struct {
	List  []batch.Example
	Pairs []preference.Pair // what each is made of
}

// tokenize makes examples of a whole set.
func (m *Encoder) Encode(set *preference.Set) (Examples, error) {
	var out Examples
	for i := range set.Pairs {
		example, fits, err := m.Example(&set.Pairs[i])
		if err != nil {
			return out, err
		}
		if fits {
			out.List, out.Pairs = append(out.List, example), append(out.Pairs, set.Pairs[i])
		}
	}
	if len(out.List) == 0 {
		return out, m.noRoom(set.Source)
	}
	return out, nil
}

// noRoom is the error of pairs that all have none.
func (m *Encoder) noRoom(source string) error {
	return fmt.Errorf("%s: %w: every prompt alone fills the %d tokens a sequence may have; raise the greatest length", source, ErrNoPairs, m.maxLength)
}

// hash identifies the tokens, in their order: the data, the tokenizer and the template in one.
func (e Examples) Hash() string {
	sum := sha256.New()
	for _, example := range e.List {
		for _, tokens := range [][]int32{example.Prompt, example.Chosen, example.Rejected} {
			binary.Write(sum, binary.LittleEndian, int32(len(tokens))) // a hash never fails to take bytes
			binary.Write(sum, binary.LittleEndian, tokens)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// ErrNoPairs is the error of a set in which every pair's prompt alone is too long.
var ErrNoPairs = errors.New("no pair is left")
