package rater

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// Ranked saves an order of the answers that were shown last, such as "3 > 2 = 4 > 1" or "all bad", and says how many pairs
// it makes.
func (r *Rater) Ranked(order string) (output.Content, error) {
	path := r.session.Log().Source
	c, ok := r.session.Last()
	if !ok {
		return nil, fmt.Errorf("there are no answers to rank in %q; run gonbext.Rank first", path)
	}
	verdict, err := r.session.Rank(c, order)
	if err != nil {
		return nil, err
	}
	pairs, err := ranking.Judgement{Candidates: c, Verdict: verdict}.Pairs(preference.ListOptions{})
	if err != nil {
		return nil, err
	}
	saved := output.Donef("Saved %s's ranking of the answers to %q: %s. It makes %s.", verdict.Rater, c.Prompt, verdict.Order(), wording.Count(len(pairs), "pair"))
	if left := len(r.session.Pending()); left > 0 {
		saved.Message += fmt.Sprintf(" The answers to %s in %s are not ranked yet: gonbext.Rank(%q) shows them.", wording.Count(left, "prompt"), path, path)
	}
	if c.Blind() {
		return output.Stack{saved, r.revealed()}, nil
	}
	return saved, nil
}
