package encode

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/offheap"
)

// MaxPretokenized is the size up to which a set is tokenized whole before the first step. One to two thousand pairs take a
// second.
const MaxPretokenized = 5000

// restEvery is the number of pairs of a large set after which the memory of their texts is released.
const restEvery = 10000

// Feed gives a run its training pairs as tokens.
//
// A small set is tokenized whole before the first step, and only the pairs that can be trained on are numbered. A pair of
// a large set is tokenized at its step, so that the first step comes soon, and nothing is cached. There all pairs are
// numbered; one that is left out is replaced by the next pair of its objective that is not.
type Feed struct {
	*Encoder
	set          *preference.Set
	Large        bool
	pretokenized Examples // of a small set
}

// NewFeed returns a feed of a set, which is small if it has at most maxSmall pairs.
func NewFeed(encoder *Encoder, set *preference.Set, maxSmall int) (*Feed, error) {
	f := &Feed{Encoder: encoder, set: set, Large: len(set.Pairs) > maxSmall}
	if f.Large {
		return f, nil
	}
	var err error
	f.pretokenized, err = encoder.EncodeSet(set)
	return f, err
}

// Len is the number of pairs.
func (f *Feed) Len() int {
	if f.Large {
		return len(f.set.Pairs)
	}
	return len(f.pretokenized.List)
}

// Pair returns pair i.
func (f *Feed) Pair(i int) *preference.Pair {
	if f.Large {
		return &f.set.Pairs[i]
	}
	return &f.pretokenized.Pairs[i]
}

// At returns the tokens of pairs. used are the indices of the pairs that they come from, which differ from indices where
// a pair was replaced.
func (f *Feed) At(indices []int) (used []int, examples []batch.Example, err error) {
	if f.Large && f.pairs%restEvery < len(indices) {
		offheap.Release()
	}
	for _, index := range indices {
		i, example, err := f.next(index)
		if err != nil {
			return nil, nil, err
		}
		used, examples = append(used, i), append(examples, example)
	}
	return used, examples, nil
}

// next returns the first pair from index on that can be trained on and has the same objective as the pair at index. It wraps
// around at the end of the set.
func (f *Feed) next(index int) (int, batch.Example, error) {
	if !f.Large {
		return index, f.pretokenized.List[index], nil
	}
	const maxTries = 1000
	objective, tries := f.set.Pairs[index].Objective, 0
	for offset := 0; offset < len(f.set.Pairs) && tries < maxTries; offset++ {
		i := (index + offset) % len(f.set.Pairs)
		if f.set.Pairs[i].Objective != objective {
			continue
		}
		tries++
		if encoded, err := f.Encode(&f.set.Pairs[i]); encoded.LeftOut == "" || err != nil {
			return i, encoded.Example, err
		}
	}
	return 0, batch.Example{}, f.noneLeft(fmt.Sprintf("%d pairs starting at %s", tries, f.set.Pairs[index].Where()))
}

// Objectives are the objectives of the pairs, [pairs].
func (f *Feed) Objectives() []string {
	list := make([]string, f.Len())
	for i := range list {
		list[i] = f.Pair(i).Objective
	}
	return list
}

// Weights are the weights of the pairs' losses, [pairs]; nil if they are equal.
func (f *Feed) Weights() []float64 {
	list, equal := make([]float64, f.Len()), true
	for i := range list {
		list[i] = f.Pair(i).LossWeight()
		equal = equal && list[i] == list[0]
	}
	if equal {
		return nil
	}
	return list
}

// Hash identifies the training data. For a small set it is the hash of the tokens. For a large set it is the hash of the
// texts and the chat template, which determine the tokens together with the tokenizer and the maximum length. Weights that
// differ are part of it.
func (f *Feed) Hash(template string) string {
	weights := f.Weights()
	if !f.Large && weights == nil {
		return f.pretokenized.Hash()
	}
	sum := sha256.New() // writing to a hash never fails
	if f.Large {
		fmt.Fprintf(sum, "%q", template)
		f.set.Sum(sum)
	} else {
		fmt.Fprint(sum, f.pretokenized.Hash())
	}
	if weights != nil {
		fmt.Fprint(sum, weights)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
