// Package encode turns preference pairs into token ids and feeds them to a run.
//
// Start with [Encoder.Encode], which tokenizes a whole set, and [Feed], which also serves sets too large for that.
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
	"example.com/gonb-dpo/internal/wording"
)

// ErrNoPairs is the error of a set in which every prompt alone is too long.
var ErrNoPairs = errors.New("no pair is left")

// Encoder renders, tokenizes and truncates pairs, and counts the pairs that it changed or left out.
type Encoder struct {
	template              *chat.Encoder
	maxLength, vocabulary int

	pairs         int    // encoded so far
	cut           int    // truncated answers
	leftOut       int    // pairs without room for an answer
	mismatches    int    // pairs with a chat.Mismatch
	firstMismatch string // the text between prompt and answer in the first of them
}

// New returns an encoder for a chat template and a vocabulary of the given size. Prompt and answer together have at most
// maxLength tokens.
func New(template *chat.Encoder, vocabulary, maxLength int) *Encoder {
	return &Encoder{template: template, maxLength: maxLength, vocabulary: vocabulary}
}

// Example renders, tokenizes and truncates a pair; fits is false if the prompt alone leaves no room for an answer.
func (e *Encoder) Example(pair *preference.Pair) (example batch.Example, fits bool, err error) {
	tokens, mismatch, err := e.template.Pair(*pair)
	if err != nil {
		return example, false, fmt.Errorf("tokenize the pairs: %w", err)
	}
	e.pairs++
	if mismatch != nil {
		if e.mismatches++; e.mismatches == 1 {
			e.firstMismatch = mismatch.Between
		}
	}
	example = batch.Example{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}
	if err := example.Check(e.vocabulary); err != nil {
		return example, false, fmt.Errorf("tokenize %s: %w", pair.Where(), err)
	}
	truncated, report := batch.Truncate([]batch.Example{example}, e.maxLength)
	if len(truncated) == 0 {
		e.leftOut++
		return example, false, nil
	}
	e.cut += report.Cut
	return truncated[0], true, nil
}

// Notes describes what was done to a set's pairs, as far as they were encoded: one sentence per finding.
func (e *Encoder) Notes(set *preference.Set) (notes []string) {
	note := func(format string, args ...any) {
		notes = append(notes, fmt.Sprintf("%s: %s.", set.Source, fmt.Sprintf(format, args...)))
	}
	if !set.Columns.Exact() {
		note("%s", set.Columns)
	}
	for _, text := range set.Notes {
		note("%s", text)
	}
	if len(set.Skipped) > 0 {
		note("%s", set.Report())
	}
	of := ""
	if e.pairs < len(set.Pairs) {
		of = fmt.Sprintf(" (of %s checked)", wording.Count(e.pairs, "pair"))
	}
	if e.leftOut > 0 {
		note("left out %s whose prompt alone fills %d tokens%s", wording.Count(e.leftOut, "pair"), e.maxLength, of)
	}
	if e.cut > 0 {
		note("truncated %s because prompt and answer exceed %d tokens%s", wording.Count(e.cut, "answer"), e.maxLength, of)
	}
	if e.mismatches > 0 {
		note("in %s the chat template renders the end of the prompt differently once an answer follows%s; left out of the first: %q", wording.Count(e.mismatches, "pair"), of, e.firstMismatch)
	}
	return notes
}

// Examples are the pairs of a set as tokens, without those that have no room for an answer.
type Examples struct {
	List  []batch.Example
	Pairs []preference.Pair // the pair of each example
}

// Encode tokenizes a whole set. If no pair fits, the error is [ErrNoPairs].
func (e *Encoder) Encode(set *preference.Set) (Examples, error) {
	var out Examples
	for i := range set.Pairs {
		example, fits, err := e.Example(&set.Pairs[i])
		if err != nil {
			return out, err
		}
		if fits {
			out.List, out.Pairs = append(out.List, example), append(out.Pairs, set.Pairs[i])
		}
	}
	if len(out.List) == 0 {
		return out, e.noneFits(set.Source)
	}
	return out, nil
}

// noneFits is the error of pairs that all have too long a prompt.
func (e *Encoder) noneFits(source string) error {
	return fmt.Errorf("%s: %w: every prompt alone fills the %d tokens a sequence may have; raise the maximum length", source, ErrNoPairs, e.maxLength)
}

// Hash is the SHA-256 of the tokens in order. It depends on the data, the tokenizer and the chat template.
func (e Examples) Hash() string {
	sum := sha256.New()
	for _, example := range e.List {
		for _, tokens := range [][]int32{example.Prompt, example.Chosen, example.Rejected} {
			binary.Write(sum, binary.LittleEndian, int32(len(tokens))) // writing to a hash never fails
			binary.Write(sum, binary.LittleEndian, tokens)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
