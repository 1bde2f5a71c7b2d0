package ranking

import "slices"

// A Standing counts how one model's answers ranked against those of other
// models in blind comparisons. Each comparison with another model's answer
// to the same prompt counts once.
type Standing struct {
	By                   string
	Judged               int // prompts, counted once per rater
	First                int // times that no answer was better
	Better, Worse, Equal int // than another model's
}

// Tally counts all judgements of answers with known authors. The model with the
// best balance comes first. Answers that are all bad count as equal, and none
// as first.
func (l *Log) Tally() []Standing {
	var list []Standing
	of := func(by string) *Standing {
		at := slices.IndexFunc(list, func(s Standing) bool { return s.By == by })
		if at < 0 {
			at = len(list)
			list = append(list, Standing{By: by})
		}
		return &list[at]
	}
	for _, j := range l.Judgements {
		for i, answer := range j.Answers {
			for _, by := range answer.By {
				s := of(by)
				s.Judged++
				if j.Ranks[i] == 1 && !j.AllBad {
					s.First++
				}
				j.countAgainst(i, s)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Standing) int { return b.Better - b.Worse - (a.Better - a.Worse) })
	return list
}

// countAgainst compares the answer at an index with those of the other models.
func (j Judgement) countAgainst(index int, s *Standing) {
	for i, answer := range j.Answers {
		others := len(answer.By)
		switch {
		case i == index:
			s.Equal += others - 1
		case j.Ranks[index] < j.Ranks[i]:
			s.Better += others
		case j.Ranks[index] > j.Ranks[i]:
			s.Worse += others
		default:
			s.Equal += others
		}
	}
}
