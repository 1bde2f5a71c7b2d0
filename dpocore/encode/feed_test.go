package encode

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/tinymodel"
)

// encoder returns an encoder for a tiny model's chat template and vocabulary.
func encoder(t *testing.T, maxLength int) *Encoder {
	t.Helper()
	tok, err := tokenizer.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tok.Close() })
	template, err := chat.New(tok)
	if err != nil {
		t.Fatal(err)
	}
	return New(template, tok.VocabSize(), Limit{MaxLength: maxLength})
}

// feeds returns feeds of the same pairs, once as a small set and once as a large one.
func feeds(t *testing.T, set *preference.Set, maxLength int) (small, large *Feed) {
	t.Helper()
	small, err := NewFeed(encoder(t, maxLength), set, len(set.Pairs))
	if err != nil {
		t.Fatal(err)
	}
	if large, err = NewFeed(encoder(t, maxLength), set, len(set.Pairs)-1); err != nil {
		t.Fatal(err)
	}
	return small, large
}

// A large set has the same tokens as a small one, in the same order.
func TestLargeFeedGivesTheSameTokens(t *testing.T) {
	set, _, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	small, large := feeds(t, set, 512)
	indices := []int{7, 0, 239, 7}
	_, want, err := small.At(indices)
	if err != nil {
		t.Fatal(err)
	}
	used, got, err := large.At(indices)
	if err != nil || !reflect.DeepEqual(got, want) || !slices.Equal(used, indices) {
		t.Errorf("pairs %v, %v", used, err)
	}
	if small.Len() != 240 || large.Len() != 240 || small.Pair(5).Where() != large.Pair(5).Where() || !slices.Equal(small.Objectives(), large.Objectives()) {
		t.Errorf("%d and %d pairs", small.Len(), large.Len())
	}
	before := large.Hash("template")
	if before != large.Hash("template") || before == large.Hash("other template") {
		t.Error("the hash must depend on the template, and be the same for the same one")
	}
	set.Pairs[100].Rejected += "!"
	if before == large.Hash("template") {
		t.Error("the hash does not depend on the texts")
	}
}

// Six of ten pairs don't fit. A small set leaves them out. A large one replaces each by the next pair of its objective,
// wrapping around at the end.
func TestPairsWithoutRoom(t *testing.T) {
	set := &preference.Set{Source: "ten"}
	for i := range 10 {
		prompt, objective := "Why?", []string{"even", "odd"}[i%2]
		if i != 1 && i != 4 && i != 6 && i != 7 {
			prompt = strings.Repeat("word ", 60)
		}
		set.Pairs = append(set.Pairs, preference.Pair{Prompt: preference.User(prompt), Chosen: fmt.Sprint(i), Rejected: "no", Objective: objective, Line: i})
	}
	small, large := feeds(t, set, 60)
	if small.Len() != 4 || small.Pair(3).Line != 7 || small.leftOut[NoRoom].count != 6 {
		t.Errorf("%d pairs, %d left out", small.Len(), small.leftOut[NoRoom].count)
	}
	used, list, err := large.At([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	if err != nil || !slices.Equal(used, []int{4, 1, 4, 7, 4, 7, 6, 7, 4, 1}) {
		t.Errorf("pairs %v, %v", used, err)
	}
	if !reflect.DeepEqual(list[3], small.pretokenized.List[3]) {
		t.Error("the example is not that of the replacement")
	}
	for _, both := range []*Feed{small, large} {
		if notes := strings.Join(both.Notes(set), "\n"); !strings.Contains(notes, "ten: left out") {
			t.Errorf("notes: %s", notes)
		}
	}
}

// If no pair fits, the error says so.
func TestNoPairHasRoom(t *testing.T) {
	set := &preference.Set{Source: "long", Pairs: slices.Repeat([]preference.Pair{{Prompt: preference.User(strings.Repeat("word ", 60)), Chosen: "a", Rejected: "b", Source: "long"}}, 3)}
	if _, err := NewFeed(encoder(t, 60), set, 3); err == nil || !strings.Contains(err.Error(), "long: no pair is left, after leaving out 3 pairs whose prompt alone fills 60 tokens (the first: long, line 1); raise the maximum length") {
		t.Errorf("small: %v", err)
	}
	large, err := NewFeed(encoder(t, 60), set, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := large.At([]int{1}); err == nil || !strings.Contains(err.Error(), "3 pairs starting at long, line 1: no pair is left") {
		t.Errorf("large: %v", err)
	}
}

// What the model sees as one answer is left out and counted, with the place of the first such pair; texts that differ for
// the model stay.
func TestAnswersOfTheSameTokens(t *testing.T) {
	pair := func(line int, chosen, rejected string) preference.Pair {
		return preference.Pair{Prompt: preference.User("Why?"), Chosen: chosen, Rejected: rejected, Source: "same", Line: line}
	}
	long := strings.Repeat("word ", 60)
	set := &preference.Set{Source: "same", Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}, Pairs: []preference.Pair{
		pair(0, "a", "b"), pair(1, "yes", "yes"), pair(2, long+"one", long+"two"), pair(3, "no", "no"),
	}}
	e := encoder(t, 60)
	examples, err := e.EncodeSet(set)
	if err != nil || len(examples.List) != 1 || examples.Pairs[0].Line != 0 {
		t.Fatalf("%d pairs, %v", len(examples.List), err)
	}
	want := []string{
		"same: left out 2 pairs whose two answers are the same tokens to the model, the first: same, line 2.",
		"same: left out 1 pair whose two answers are the same tokens once truncated to 60, the first: same, line 3.",
	}
	if notes := e.Notes(set); !slices.Equal(notes, want) {
		t.Errorf("notes: %q", notes)
	}
	set.Pairs = set.Pairs[1:2]
	if _, err := encoder(t, 60).EncodeSet(set); err == nil || !strings.Contains(err.Error(), "no pair is left, after leaving out 1 pair whose two answers are the same tokens") {
		t.Errorf("only such pairs: %v", err)
	}
}

// A model with fewer positions than the maximum length cuts sequences at its positions, and says so with both numbers.
func TestPositionsLimitTheLength(t *testing.T) {
	e := encoder(t, 512)
	e.limit.Positions = 64
	set := &preference.Set{Source: "long", Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	for i, chosen := range []string{"short", strings.Repeat("word ", 100), strings.Repeat("word ", 60)} {
		set.Pairs = append(set.Pairs, preference.Pair{Prompt: preference.User("Why?"), Chosen: chosen, Rejected: "no", Line: i})
	}
	examples, err := e.EncodeSet(set)
	if err != nil || len(examples.List) != 3 {
		t.Fatalf("%d pairs, %v", len(examples.List), err)
	}
	if n := len(examples.List[1].Prompt) + len(examples.List[1].Chosen); n != 64 {
		t.Errorf("the longest sequence has %d tokens", n)
	}
	notes := strings.Join(e.Notes(set), "\n")
	if !strings.Contains(notes, "the model has 64 positions, fewer than the maximum length of 512, so sequences are cut there; longer than that: 2 pairs") ||
		!strings.Contains(notes, "truncated 2 answers because prompt and answer exceed 64 tokens") {
		t.Errorf("notes: %s", notes)
	}
}

// Weights that differ make other training data; equal ones don't, whatever their size.
func TestHashOfWeights(t *testing.T) {
	set, _, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	set.Pairs = slices.Clone(set.Pairs[:4])
	hashes := func(weights ...float64) (list [2]string) {
		for i, weight := range weights {
			set.Pairs[i].Weight = weight
		}
		small, large := feeds(t, set, 512)
		return [2]string{small.Hash(""), large.Hash("")}
	}
	plain, equal, other := hashes(1, 1, 1, 1), hashes(2, 2, 2, 2), hashes(1, 1, 1, 0.5)
	if equal != plain || other[0] == plain[0] || other[1] == plain[1] {
		t.Errorf("equal weights %v, %v; other weights %v", plain, equal, other)
	}
}
