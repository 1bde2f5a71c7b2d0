package preference

import (
	"fmt"
	"reflect"
	"testing"
)

func numbered(n, perPrompt int) *Set {
	set := &Set{Source: "numbers"}
	for i := range n {
		set.Pairs = append(set.Pairs, Pair{Prompt: User(fmt.Sprint(i / perPrompt)), Chosen: "a", Rejected: "b", Line: i})
	}
	return set
}

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		pairs, perPrompt int
		fraction         float64
		held             int
	}{
		{100, 1, 0.2, 20},
		{100, 5, 0.2, 20},
		{100, 5, 0, 0},
		{100, 50, 0.1, 50}, // one prompt or the other: half is the minimum
		{10, 10, 0.5, 0},   // a single prompt can't be on both sides
		{3, 1, 0.01, 1},
		{100, 1, 1, 99},
	} {
		set := numbered(test.pairs, test.perPrompt)
		train, held := set.Split(test.fraction, 42)
		if len(held.Pairs) != test.held || len(train.Pairs) != test.pairs-test.held {
			t.Errorf("%+v: %d held out, %d to train on", test, len(held.Pairs), len(train.Pairs))
		}
		sides := map[string]int{}
		for side, part := range []*Set{train, held} {
			last := -1
			for _, pair := range part.Pairs {
				if pair.Line <= last {
					t.Errorf("%+v: line %d comes after %d", test, pair.Line, last)
				}
				last = pair.Line
				sides[string(appendPrompt(nil, pair.Prompt))] |= 1 << side
			}
		}
		for prompt, side := range sides {
			if side == 3 {
				t.Errorf("%+v: prompt %s is on both sides", test, prompt)
			}
		}
	}
}

func TestSplitIsDeterministic(t *testing.T) {
	set := numbered(100, 2)
	_, first := set.Split(0.3, 1)
	_, again := set.Split(0.3, 1)
	_, other := set.Split(0.3, 2)
	if !reflect.DeepEqual(first, again) {
		t.Error("the same seed gave two splits")
	}
	if reflect.DeepEqual(first, other) {
		t.Error("two seeds gave the same split")
	}
}
