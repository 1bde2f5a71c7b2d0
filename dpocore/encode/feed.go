package encode

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/offheap"
)

// tokenizedAhead is how many pairs a set may have for all of them to be tokenized before the first step. That takes a
// second for a thousand or two.
const TokenizedAhead = 5000

// restEvery is after how many pairs of a large set memory of texts is let go of.
const restEvery = 10000

// feed hands a run its training pairs as tokens. Those of a small set are all tokenized before the first step, and the
// run's order is of those that fit. Of a larger set a pair is tokenized when its step comes, so that the first one comes
// soon, and nothing is kept: the order is of all pairs, and where one does not fit, the next one of its objective that
// does stands in.
type Feed struct {
	*Encoder
	set   *preference.Set
	Large bool
	ahead Examples // of a small set
}

// newFeed takes a set for a small one up to so many pairs.
func NewFeed(m *Encoder, set *preference.Set, small int) (*Feed, error) {
	f := &Feed{maker: m, set: set, Large: len(set.Pairs) > small}
	if f.Large {
		return f, nil
	}
	var err error
	f.ahead, err = m.Encode(set)
	return f, err
}

// len is the number of pairs that the run's order is of.
func (f *Feed) Len() int {
	if f.Large {
		return len(f.set.Pairs)
	}
	return len(f.ahead.List)
}

// pair is one of them.
func (f *Feed) Pair(i int) *preference.Pair {
	if f.Large {
		return &f.set.Pairs[i]
	}
	return &f.ahead.Pairs[i]
}

// at returns the tokens of pairs; own are the pairs themselves, of which some may stand in for others.
func (f *Feed) At(indices []int) (own []int, list []batch.Example, err error) {
	if f.Large && f.pairs%restEvery < len(indices) {
		offheap.Release()
	}
	for _, index := range indices {
		i, example, err := f.from(index)
		if err != nil {
			return nil, nil, err
		}
		own, list = append(own, i), append(list, example)
	}
	return own, list, nil
}

// from returns a pair, or the first one after it that fits.
func (f *Feed) from(index int) (int, batch.Example, error) {
	if !f.Large {
		return index, f.ahead.List[index], nil
	}
	const tries = 1000
	wanted, tried := f.set.Pairs[index].Objective, 0
	for i := 0; i < len(f.set.Pairs) && tried < tries; i++ {
		at := (index + i) % len(f.set.Pairs)
		if f.set.Pairs[at].Objective != wanted {
			continue
		}
		tried++
		if example, fits, err := f.Example(&f.set.Pairs[at]); fits || err != nil {
			return at, example, err
		}
	}
	return 0, batch.Example{}, f.noRoom(fmt.Sprintf("%d pairs from %s on", tried, f.set.Pairs[index].Where()))
}

// aims are the pairs' objectives.
func (f *Feed) Objectives() []string {
	list := make([]string, f.Len())
	for i := range list {
		list[i] = f.Pair(i).Objective
	}
	return list
}

// hash identifies what is learned from: the tokens of a small set, and of a larger one its texts and the chat template,
// which with the tokenizer and the greatest length make them.
func (f *Feed) Hash(template string) string {
	if !f.Large {
		return f.ahead.Hash()
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q", template) // a hash never fails to take bytes
	f.set.Sum(sum)
	return hex.EncodeToString(sum.Sum(nil))
}
