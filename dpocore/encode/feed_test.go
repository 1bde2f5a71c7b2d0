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
	return New(template, tok.VocabSize(), maxLength)
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
	if small.Len() != 4 || small.Pair(3).Line != 7 || small.leftOut != 6 {
		t.Errorf("%d pairs, %d left out", small.Len(), small.leftOut)
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
	if _, err := NewFeed(encoder(t, 60), set, 3); err == nil || !strings.Contains(err.Error(), "long: no pair is left: every prompt alone fills the 60 tokens") {
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
