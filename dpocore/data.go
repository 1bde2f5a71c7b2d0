package dpocore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
)

// BuiltinName names the pairs that come with this project wherever a file of pairs can be named.
const BuiltinName = "builtin"

// Data are the pairs of a run. HeldOut may be nil: then nothing is evaluated.
type Data struct {
	Train, HeldOut *preference.Set
}

// LoadData reads the pairs to train on and those to evaluate on. Each is a file or "builtin"; without evaluation pairs a
// fraction of the training pairs is held out, and of the built-in pairs their own held-out fifth where the fraction is 0.
func LoadData(train, eval string, fraction float64, seed int) (Data, error) {
	if math.IsNaN(fraction) || fraction < 0 || fraction >= 1 {
		return Data{}, fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", fraction)
	}
	if eval != "" && fraction > 0 {
		return Data{}, errors.New("held-out pairs are named twice, by a file and by a fraction; give one")
	}
	pairs, rest, err := ReadPairs(train)
	if err != nil {
		return Data{}, err
	}
	switch {
	case eval != "":
		held, builtin, err := ReadPairs(eval)
		if err != nil {
			return Data{}, err
		}
		if builtin != nil {
			held = builtin
		}
		return Data{pairs, held}, nil
	case fraction > 0:
		if rest != nil {
			pairs.Pairs = append(pairs.Pairs, rest.Pairs...)
		}
		skipped := pairs.Skipped
		kept, held := pairs.Split(fraction, int64(seed))
		kept.Skipped = skipped
		return Data{kept, held}, nil
	default:
		return Data{pairs, rest}, nil
	}
}

// ReadPairs reads a file, or the built-in pairs and, apart, their held-out fifth.
func ReadPairs(name string) (pairs, heldOut *preference.Set, err error) {
	if name == BuiltinName {
		return preference.Builtin()
	}
	pairs, err = preference.ReadFile(name)
	return pairs, nil, err
}

// examples are a set's pairs as tokens, and what became of them.
type examples struct {
	list    []batch.Example
	lines   []int    // the pair's line in its file, counted from 0
	places  []string // the same in words, with the file
	notes   []string
	cut     int
	leftOut int
}

// tokenize renders and tokenizes a set's pairs, and cuts them to a length.
func tokenize(encoder *chat.Encoder, set *preference.Set, maxLength, vocabulary int) (examples, error) {
	var all []batch.Example
	var out examples
	mismatches, between := 0, ""
	for _, pair := range set.Pairs {
		tokens, mismatch, err := encoder.Pair(pair)
		if err != nil {
			return out, fmt.Errorf("tokenize the pairs: %w", err)
		}
		if mismatch != nil {
			if mismatches++; mismatches == 1 {
				between = mismatch.Between
			}
		}
		example := batch.Example{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}
		if err := example.Check(vocabulary); err != nil {
			return out, fmt.Errorf("tokenize %s: %w", pair.Where(), err)
		}
		all = append(all, example)
	}
	kept, report := batch.Truncate(all, maxLength)
	left := map[int]bool{}
	for _, i := range report.LeftOut {
		left[i] = true
	}
	for i, pair := range set.Pairs {
		if !left[i] {
			out.lines = append(out.lines, pair.Line)
			out.places = append(out.places, pair.Where())
		}
	}
	out.list, out.cut, out.leftOut = kept, report.Cut, len(report.LeftOut)
	out.describe(set, maxLength, mismatches, between)
	if len(kept) == 0 {
		return out, fmt.Errorf("no pair of %s is left: every prompt alone fills the %d tokens a sequence may have; raise the greatest length", set.Source, maxLength)
	}
	return out, nil
}

func (e *examples) describe(set *preference.Set, maxLength, mismatches int, between string) {
	if !set.Columns.Exact() {
		e.notes = append(e.notes, fmt.Sprintf("%s: %s.", set.Source, set.Columns))
	}
	if len(set.Skipped) > 0 {
		e.notes = append(e.notes, fmt.Sprintf("%s: %s.", set.Source, set.Report()))
	}
	if e.leftOut > 0 {
		e.notes = append(e.notes, fmt.Sprintf("%s: left out %d pairs whose prompt alone fills %d tokens.", set.Source, e.leftOut, maxLength))
	}
	if e.cut > 0 {
		e.notes = append(e.notes, fmt.Sprintf("%s: cut %d answers where prompt and answer exceed %d tokens.", set.Source, e.cut, maxLength))
	}
	if mismatches > 0 {
		e.notes = append(e.notes, fmt.Sprintf("%s: in %d pairs the chat template writes the prompt's end otherwise once an answer follows; left out of the first: %q.", set.Source, mismatches, between))
	}
}

// hash identifies the tokens, in their order: the data, the tokenizer and the template in one.
func (e examples) hash() string {
	sum := sha256.New()
	for _, example := range e.list {
		for _, tokens := range [][]int32{example.Prompt, example.Chosen, example.Rejected} {
			binary.Write(sum, binary.LittleEndian, int32(len(tokens))) // a hash never fails to take bytes
			binary.Write(sum, binary.LittleEndian, tokens)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// at picks examples.
func (e examples) at(indices []int) []batch.Example {
	list := make([]batch.Example, len(indices))
	for i, index := range indices {
		list[i] = e.list[index]
	}
	return list
}
