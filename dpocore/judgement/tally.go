package judgement

import "slices"

// A Standing is how one model's answers fared among those of others that raters
// compared without knowing whose they were. Each other model's answer to the
// same prompt counts for itself.
type Standing struct {
	By                   string
	Judged               int // prompts, of each rater anew
	First                int // times no answer was better
	Better, Worse, Equal int // than another model's
}

// Tally counts all judgements of answers whose models are known, the model
// that raters like best first. Answers that are all bad are equal, and none is
// first.
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
				j.against(i, s)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Standing) int { return b.Better - b.Worse - (a.Better - a.Worse) })
	return list
}

// against counts one model's answer against those of the others.
func (j Judgement) against(own int, s *Standing) {
	for i, answer := range j.Answers {
		others := len(answer.By)
		switch {
		case i == own:
			s.Equal += others - 1
		case j.Ranks[own] < j.Ranks[i]:
			s.Better += others
		case j.Ranks[own] > j.Ranks[i]:
			s.Worse += others
		default:
			s.Equal += others
		}
	}
}
