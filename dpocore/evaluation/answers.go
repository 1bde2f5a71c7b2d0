package evaluation

import (
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
)

// An Answer is a model's answer to a prompt.
type Answer struct {
	Text   string `json:"text"`
	Tokens int    `json:"tokens"`
	Ended  bool   `json:"ended"` // with an end-of-sequence token, not at the maximum length
}

// An AnswerPair is a prompt with one answer from the base model and one from the run, sampled with the same seed.
type AnswerPair struct {
	Prompt string `json:"prompt"`
	Base   Answer `json:"base"`
	Run    Answer `json:"run"`
}

// An AnswerReport compares the run's sampled answers with the base model's.
type AnswerReport struct {
	MaxNewTokens int           `json:"max_new_tokens"`
	Base         AnswerStats   `json:"base"`
	Run          AnswerStats   `json:"run"`
	Change       AnswerChanges `json:"change"`
	Answers      []AnswerPair  `json:"answers"`
}

// AnswerStats are means over answers.
type AnswerStats struct {
	Tokens     float64 `json:"tokens"`
	Ended      float64 `json:"ended"`      // share that ended before the maximum length
	Repetition float64 `json:"repetition"` // see statistics.Repetition
}

// AnswerChanges are the run's AnswerStats minus the base model's.
type AnswerChanges struct {
	Tokens     statistics.Estimate `json:"tokens"`
	Ended      statistics.Estimate `json:"ended"`
	Repetition statistics.Estimate `json:"repetition"`
}

// SummarizeAnswers compares at least one pair of answers. Intervals are over prompts.
func SummarizeAnswers(answers []AnswerPair, maxNewTokens int) AnswerReport {
	r := AnswerReport{MaxNewTokens: maxNewTokens, Answers: answers}
	groups := promptGroups(answers)
	for _, stat := range []struct {
		of        func(Answer) float64
		base, run *float64
		change    *statistics.Estimate
	}{
		{func(a Answer) float64 { return float64(a.Tokens) }, &r.Base.Tokens, &r.Run.Tokens, &r.Change.Tokens},
		{func(a Answer) float64 { return indicator(a.Ended) }, &r.Base.Ended, &r.Run.Ended, &r.Change.Ended},
		{func(a Answer) float64 { return statistics.Repetition(a.Text) }, &r.Base.Repetition, &r.Run.Repetition, &r.Change.Repetition},
	} {
		differences := make([]float64, len(answers))
		for i, a := range answers {
			base, run := stat.of(a.Base), stat.of(a.Run)
			*stat.base += base / float64(len(answers))
			*stat.run += run / float64(len(answers))
			differences[i] = run - base
		}
		*stat.change = statistics.Mean(groups, differences)
	}
	return r
}

func indicator(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}
