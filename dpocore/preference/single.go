package preference

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// Single reports whether the pairs have one answer each.
func (s *Set) Single() bool { return len(s.Pairs) > 0 && s.Pairs[0].Single }

// Sides counts the good and the bad answers of a set of single ones.
func (s *Set) Sides() (good, bad int) {
	for i := range s.Pairs {
		if s.Pairs[i].Chosen != "" {
			good++
		} else {
			bad++
		}
	}
	return good, bad
}

// CheckPairs returns an error if the set has single answers, or both these and pairs; what needs two answers to a prompt begins the
// sentence.
func (s *Set) CheckPairs(what string) error {
	if s.Single() {
		return fmt.Errorf("%s compares two answers to the same prompt, and %s has single answers with labels; give pairs, or train on the answers with the loss kto", what, s.Source)
	}
	return s.checkAlike()
}

// checkAlike returns an error if some of the set's pairs are single answers and others are not.
func (s *Set) checkAlike() error {
	for i := range s.Pairs {
		if s.Pairs[i].Single != s.Pairs[0].Single {
			return fmt.Errorf("%s has both pairs and single answers with labels (%s, and %s); train on one kind", s.Source, s.Pairs[0].Where(), s.Pairs[i].Where())
		}
	}
	return nil
}

// CheckFor refuses pairs for a loss of single answers, fine-tuning, and single answers for one of pairs; KTO learns from both. A set that
// is nil is fit for all.
func (s *Set) CheckFor(lossType string, fineTuning, kto bool) error {
	if s == nil {
		return nil
	}
	if err := s.checkAlike(); err != nil {
		return err
	}
	_, bad := s.Sides()
	switch {
	case fineTuning && s.Single() && bad > 0:
		return fmt.Errorf("%s has %s, which fine-tuning would learn too; learn from good and bad ones (--loss-type kto), or fine-tune on the good ones alone (dpo sft --chosen)", s.Source, wording.Count(bad, "bad answer"))
	case fineTuning && !s.Single() && len(s.Pairs) > 0:
		return fmt.Errorf("the loss type %q alone is fine-tuning on single answers, and %s has pairs; use their chosen answers (dpo sft --chosen), or add another loss, as in \"sigmoid,sft\"", lossType, s.Source)
	case !fineTuning && !kto && s.Single():
		return fmt.Errorf("%s has single answers, and the loss type %q compares two; learn from good and bad ones (--loss-type kto), or fine-tune on them (dpo sft)", s.Source, lossType)
	}
	return nil
}
