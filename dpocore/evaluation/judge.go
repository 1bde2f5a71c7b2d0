package evaluation

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/statistics"
)

// A Judge says which of two answers to a prompt is the better one: 1 for the first, 0 for the second, 0.5 for neither,
// or anything between.
type Judge func(ctx context.Context, prompt, first, second string) (float64, error)

// WinRate is how often a judge prefers the run's answers to the base model's; a tie counts one half.
type WinRate struct {
	Answers int                 `json:"answers"`
	Rate    statistics.Estimate `json:"rate"`

	// Consistent is the share of answers on which the judge said the same whichever stood first. Judges, models most of
	// all, lean towards a place (Wang et al. 2023, https://arxiv.org/abs/2305.17926): so each is asked both ways, and the
	// verdicts are averaged.
	Consistent float64 `json:"consistent"`
}

// WinRateOf asks a judge about all answers, in both orders. progress is told the answers done.
func WinRateOf(ctx context.Context, judge Judge, answers []Answered, progress func(done, total int)) (WinRate, error) {
	w := WinRate{Answers: len(answers)}
	numbers := map[string]int{}
	var groups []int
	var rates []float64
	for i, a := range answers {
		progress(i, len(answers))
		straight, err := judge(ctx, a.Prompt, a.Run.Text, a.Base.Text)
		if err != nil {
			return w, fmt.Errorf("judge answer %d: %w", i, err)
		}
		turned, err := judge(ctx, a.Prompt, a.Base.Text, a.Run.Text)
		if err != nil {
			return w, fmt.Errorf("judge answer %d: %w", i, err)
		}
		for _, verdict := range []float64{straight, turned} {
			if !(verdict >= 0 && verdict <= 1) {
				return w, fmt.Errorf("judge answer %d: the judge said %g; it must be from 0 (the second is better) to 1 (the first is)", i, verdict)
			}
		}
		if _, known := numbers[a.Prompt]; !known {
			numbers[a.Prompt] = len(numbers)
		}
		groups, rates = append(groups, numbers[a.Prompt]), append(rates, (straight+1-turned)/2)
		if straight == 1-turned {
			w.Consistent++
		}
	}
	progress(len(answers), len(answers))
	w.Rate, w.Consistent = statistics.Rate(groups, rates), w.Consistent/float64(max(1, len(answers)))
	return w, nil
}
