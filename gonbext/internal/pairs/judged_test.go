package pairs

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
)

// The judge orders training and held-out pairs. Their origin is not recorded, since reading them again would give another order.
func TestJudged(t *testing.T) {
	set := func(chosen, rejected string) *preference.Set {
		return &preference.Set{Source: "some", Pairs: []preference.Pair{{Prompt: preference.User("Why?"), Chosen: chosen, Rejected: rejected}}}
	}
	s := Set{Train: set("four", "a b"), HeldOut: set("a b", "four"), Origin: &dataset.Origin{Train: "some"}}
	judged, err := s.Judged(t.Context(), judge.Plain())
	if err != nil || judged.Train.Pairs[0].Chosen != "a b" || judged.HeldOut.Pairs[0].Chosen != "a b" || judged.Origin != nil {
		t.Errorf("%+v, %v", judged, err)
	}
	s.HeldOut = nil
	if judged, err := s.Judged(t.Context(), judge.Plain()); err != nil || judged.HeldOut != nil {
		t.Errorf("without held-out pairs: %+v, %v", judged, err)
	}
	s.HeldOut = set("same", "four")
	if _, err := s.Judged(t.Context(), judge.Plain()); err == nil || !strings.Contains(err.Error(), "choose another judge") {
		t.Errorf("only ties held out: %v", err)
	}
}
