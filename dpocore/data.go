package dpocore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/source"
)

// BuiltinName names the pairs that come with this project wherever a file of pairs can be named.
const BuiltinName = "builtin"

// Data are the pairs of a run. HeldOut may be nil: then nothing is evaluated.
type Data struct {
	Train, HeldOut *preference.Set
}

// ErrNoPairs is the error of a set in which every pair's prompt alone is too long.
var ErrNoPairs = errors.New("no pair is left")

// sourceHeldOut is how many pairs of a published test split are held out: a run evaluates them every few steps.
const sourceHeldOut = 200

// LoadData reads the pairs to train on and those to evaluate on. Each is a file, "builtin", or a name of [source.Names];
// without evaluation pairs a fraction of the training pairs is held out, and where the fraction is 0 the built-in pairs'
// own held-out fifth, or the beginning of a source's test split.
func LoadData(train, eval string, fraction float64, seed int) (Data, error) {
	return FetchData(context.Background(), train, eval, fraction, seed, nil)
}

// FetchData is [LoadData], and tells progress, which may be nil, of what it fetches.
func FetchData(ctx context.Context, train, eval string, fraction float64, seed int, progress hub.Progress) (Data, error) {
	if math.IsNaN(fraction) || fraction < 0 || fraction >= 1 {
		return Data{}, fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", fraction)
	}
	if eval != "" && fraction > 0 {
		return Data{}, errors.New("held-out pairs are named twice, by a file and by a fraction; give one")
	}
	pairs, rest, err := FetchPairs(ctx, train, progress)
	if err != nil {
		return Data{}, err
	}
	switch {
	case eval != "":
		held, own, err := FetchPairs(ctx, eval, progress)
		if err != nil {
			return Data{}, err
		}
		if own != nil {
			held = own
		}
		return Data{pairs, held}, nil
	case fraction > 0:
		if rest != nil && train == BuiltinName {
			pairs.Pairs = append(pairs.Pairs, rest.Pairs...)
		}
		skipped, notes := pairs.Skipped, pairs.Notes
		kept, held := pairs.Split(fraction, int64(seed))
		kept.Skipped, kept.Notes = skipped, notes
		return Data{kept, held}, nil
	default:
		return Data{pairs, rest}, nil
	}
}

// ReadPairs reads a file, or the built-in pairs or those of a source, with the pairs that are held out of these apart.
func ReadPairs(name string) (pairs, heldOut *preference.Set, err error) {
	return FetchPairs(context.Background(), name, nil)
}

// FetchPairs is [ReadPairs], and tells progress, which may be nil, of what it fetches.
func FetchPairs(ctx context.Context, name string, progress hub.Progress) (pairs, heldOut *preference.Set, err error) {
	if name == BuiltinName {
		return preference.Builtin()
	}
	if source.Is(name) {
		pairs, heldOut, err = source.Load(ctx, name, source.DefaultOptions(), progress)
		if err == nil && heldOut != nil && len(heldOut.Pairs) > sourceHeldOut {
			heldOut.Notes = append(heldOut.Notes, fmt.Sprintf("the first %d of %d held-out pairs are evaluated", sourceHeldOut, len(heldOut.Pairs)))
			heldOut.Pairs, heldOut.Skipped = heldOut.Pairs[:sourceHeldOut], nil
		}
		return pairs, heldOut, err
	}
	pairs, err = preference.ReadFile(name)
	if near := source.Nearest(name); errors.Is(err, fs.ErrNotExist) && len(near) > 0 {
		return nil, nil, fmt.Errorf("%s: there is no such file, and no such source; did you mean %s?", name, strings.Join(near, " or "))
	}
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
		return out, fmt.Errorf("%s: %w: every prompt alone fills the %d tokens a sequence may have; raise the greatest length", set.Source, ErrNoPairs, maxLength)
	}
	return out, nil
}

func (e *examples) describe(set *preference.Set, maxLength, mismatches int, between string) {
	if !set.Columns.Exact() {
		e.notes = append(e.notes, fmt.Sprintf("%s: %s.", set.Source, set.Columns))
	}
	for _, note := range set.Notes {
		e.notes = append(e.notes, fmt.Sprintf("%s: %s.", set.Source, note))
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
