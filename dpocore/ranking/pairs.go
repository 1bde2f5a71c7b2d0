package ranking

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// pairKey identifies a pair of answers among the same candidates.
type pairKey struct{ id, chosen, rejected string }

func (k pairKey) reversed() pairKey { return pairKey{k.id, k.rejected, k.chosen} }

// unordered is the same for both directions of a pair.
func (k pairKey) unordered() pairKey {
	return pairKey{k.id, min(k.chosen, k.rejected), max(k.chosen, k.rejected)}
}

// Pairs makes preference pairs of all judgements. A pair on which several raters agree counts once; one on which they
// disagree is left out. Tied answers make no pair, nor do answers that are all bad. The line of a pair is that of its
// judgement.
func (l *Log) Pairs(o preference.ListOptions) (*preference.Set, error) {
	set := &preference.Set{Source: l.Source, Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}, Notes: l.Notes}
	all := make([][]preference.Pair, len(l.Judgements))
	seen := map[pairKey]bool{}
	for i, j := range l.Judgements {
		var err error
		if all[i], err = j.Pairs(o); err != nil {
			return nil, fmt.Errorf("%s: %w", l.places[i], err)
		}
		for _, pair := range all[i] {
			seen[pairKey{j.ID, pair.Chosen, pair.Rejected}] = true
		}
	}
	added, disputed := map[pairKey]bool{}, map[pairKey]bool{}
	for i, j := range l.Judgements {
		for _, pair := range all[i] {
			key := pairKey{j.ID, pair.Chosen, pair.Rejected}
			switch {
			case seen[key.reversed()]:
				disputed[key.unordered()] = true
			case !added[key]:
				added[key] = true
				pair.Source, pair.Line = l.places[i].source, l.places[i].line-1
				set.Add(pair, "")
			}
		}
	}
	if n := len(disputed); n > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("left out %s on which raters disagree", wording.Count(n, "pair")))
	}
	if len(set.Pairs) == 0 {
		return nil, fmt.Errorf("%s: none of the %d rankings tells two answers apart, so there is no pair to learn from; rank more answers", l.Source, len(l.Judgements))
	}
	return set, nil
}

// Pairs makes the preference pairs of one judgement.
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
