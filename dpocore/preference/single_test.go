package preference_test

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// Which sets a loss can learn from.
func TestCheckFor(t *testing.T) {
	prompt := preference.User("Why?")
	pair := preference.Pair{Prompt: prompt, Chosen: "So.", Rejected: "No."}
	good := preference.Pair{Prompt: prompt, Chosen: "So.", Single: true}
	bad := preference.Pair{Prompt: prompt, Rejected: "No.", Single: true}
	set := func(pairs ...preference.Pair) *preference.Set { return &preference.Set{Source: "file", Pairs: pairs} }
	for _, c := range []struct {
		set      *preference.Set
		lossType string
		want     string // "" for no error
	}{
		{set(pair), "sigmoid", ""}, {set(pair), "kto", ""}, {set(good, bad), "kto", ""}, {set(good), "sft", ""}, {nil, "sft", ""},
		{set(pair), "sft", "has pairs"}, {set(good, bad), "sft", "1 bad answer"}, {set(good), "sigmoid", "--loss-type kto"},
		{set(pair, good), "kto", "has both pairs and single answers"},
	} {
		err := c.set.CheckFor(c.lossType, c.lossType == "sft", c.lossType == "kto")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v, %s: %v", c.set, c.lossType, err)
		}
	}
	if err := set(good).CheckPairs("a sweep"); err == nil || set(pair).CheckPairs("a sweep") != nil {
		t.Errorf("single answers where pairs are needed: %v", err)
	}
	if only := set(good, bad, pair).ChosenOnly(); len(only.Pairs) != 1 || only.Report() != "kept 1 pair, left out 2: 1 bad answer, 1 chosen answer that another pair has" {
		t.Errorf("the chosen answers: %s", only.Report())
	}
}
