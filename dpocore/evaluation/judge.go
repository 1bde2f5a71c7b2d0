package evaluation

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
)

// A Judge compares two answers to a prompt. It returns 1 if the first is better, 0 if the second is better, 0.5 for a tie,
// or a value in between.
type Judge func(ctx context.Context, prompt, first, second string) (float64, error)

// WinRate is how often a judge prefers the run's answers over the base model's. A tie counts as one half.
type WinRate struct {
	Answers int                 `json:"answers"`
	Rate    statistics.Estimate `json:"rate"`

	// Consistent is the share of answers on which the judge gave the same verdict in both orders. Judges, especially models,
	// have a position bias (Wang et al. 2023, https://arxiv.org/abs/2305.17926), so each pair of answers is judged in both
	// orders and the verdicts are averaged.
	Consistent float64 `json:"consistent"`
}

// MeasureWinRate asks a judge about all answers, in both orders. It reports the number of answers done to progress.
func MeasureWinRate(ctx context.Context, judge Judge, answers []AnswerPair, progress func(done, total int)) (WinRate, error) {
	w := WinRate{Answers: len(answers)}
	rates := make([]float64, len(answers))
	for i, a := range answers {
		progress(i, len(answers))
		runFirst, err := verdict(ctx, judge, i, a.Prompt, a.Run.Text, a.Base.Text)
		if err != nil {
			return w, err
		}
		baseFirst, err := verdict(ctx, judge, i, a.Prompt, a.Base.Text, a.Run.Text)
		if err != nil {
			return w, err
		}
		rates[i] = (runFirst + 1 - baseFirst) / 2
		if runFirst == 1-baseFirst {
			w.Consistent++
		}
	}
	progress(len(answers), len(answers))
	w.Rate, w.Consistent = statistics.Rate(promptGroups(answers), rates), w.Consistent/float64(max(1, len(answers)))
	return w, nil
}

// verdict asks the judge about answer i, and checks the range of its reply.
func verdict(ctx context.Context, judge Judge, i int, prompt, first, second string) (float64, error) {
	verdict, err := judge(ctx, prompt, first, second)
	if err != nil {
		return 0, fmt.Errorf("judge answer %d: %w", i, err)
	}
	if !(verdict >= 0 && verdict <= 1) {
		return 0, fmt.Errorf("judge answer %d: the judge returned %g; it must be between 0 (the second is better) and 1 (the first is better)", i, verdict)
	}
	return verdict, nil
}

// promptGroups numbers the answers by prompt.
func promptGroups(answers []AnswerPair) []int {
	numbers := map[string]int{}
	groups := make([]int, len(answers))
	for i, a := range answers {
		if _, exists := numbers[a.Prompt]; !exists {
			numbers[a.Prompt] = len(numbers)
		}
		groups[i] = numbers[a.Prompt]
	}
	return groups
}
