package session

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Judge ranks the file's last answers, such as "3 > 2 = 4 > 1" or "all bad", and says how many pairs the ranking makes.
func (s *Session) Judge(order string) (output.Content, error) {
	if len(s.log.Candidates) == 0 {
		return nil, fmt.Errorf("there are no answers to rank in %q; run gonbext.Rank first", s.path)
	}
	d := s.log.Candidates[len(s.log.Candidates)-1]
	if err := s.judge(d, order); err != nil {
		return nil, err
	}
	verdict, _ := s.log.Verdict(d, s.rater) // just saved
	pairs, err := ranking.Judgement{Candidates: d, Verdict: verdict}.Pairs(preference.ListOptions{})
	if err != nil {
		return nil, err
	}
	saved := output.Donef("Saved %s's ranking of the answers to %q: %s. It makes %s.", s.rater, d.Prompt, verdict.Order(), output.Count(len(pairs), "pair"))
	if left := len(s.log.Pending(s.rater)); left > 0 {
		saved.Message += fmt.Sprintf(" The answers to %s in %s are not ranked yet: gonbext.Rank(%q) shows them.", output.Count(left, "prompt"), s.path, s.path)
	}
	if views.IsBlind(d) {
		return output.Stack{saved, views.Revealed(s.log, s.rater)}, nil
	}
	return saved, nil
}
