package judgement

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
)

// Pairs makes preference pairs of all judgements. Of a drawing that several
// raters have judged, a pair is taken once, and one in which they disagree is
// left out. Answers that are tied make no pair, nor do those that are all
// bad. A pair's line is that of its judgement.
func (l *Log) Pairs(o preference.ListOptions) (*preference.Set, error) {
	set := &preference.Set{Source: l.Source, Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}, Notes: l.Notes}
	all := make([][]preference.Pair, len(l.Judgements))
	type sides struct{ id, chosen, rejected string }
	seen := map[sides]bool{}
	for i, j := range l.Judgements {
		var err error
		if all[i], err = j.Pairs(o); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", l.Source, l.lines[i], err)
		}
		for _, pair := range all[i] {
			seen[sides{j.ID, pair.Chosen, pair.Rejected}] = true
		}
	}
	taken, disputed := map[sides]bool{}, map[sides]bool{}
	for i, j := range l.Judgements {
		for _, pair := range all[i] {
			own := sides{j.ID, pair.Chosen, pair.Rejected}
			switch {
			case seen[sides{j.ID, pair.Rejected, pair.Chosen}]:
				disputed[sides{j.ID, min(pair.Chosen, pair.Rejected), max(pair.Chosen, pair.Rejected)}] = true
			case !taken[own]:
				taken[own] = true
				pair.Source, pair.Line = l.Source, l.lines[i]-1
				set.Add(pair, "")
			}
		}
	}
	if n := len(disputed); n > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%d pairs are left out, in which raters disagree", n))
	}
	if len(set.Pairs) == 0 {
		return nil, fmt.Errorf("%s: none of the %d rankings tells two answers apart, so there is no pair to learn from; rank more answers", l.Source, len(l.Judgements))
	}
	return set, nil
}

// Pairs are those of one judgement.
func (j Judgement) Pairs(o preference.ListOptions) ([]preference.Pair, error) {
	if j.AllBad {
		return nil, o.Validate()
	}
	texts := make([]string, len(j.Answers))
	for i, answer := range j.Answers {
		texts[i] = answer.Text
	}
	return preference.FromRanking(preference.User(j.Prompt), texts, j.Ranks, o)
}
