// Package judge scores answers to prompts.
//
// A [Judge] scores several answers to a prompt, from which preference pairs are made. [Func] wraps a function, [Rankings] and
// [Person] use rankings made by people, and [Endpoint] asks a model behind an OpenAI-compatible API; package
// modeljudge asks a local model. [Better] turns a Judge into a comparison of two answers.
package judge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Judge scores answers.
type Judge interface {
	// Name identifies the judge and everything that the scores depend on. It is saved with the scores and contains no
	// secret.
	Name() string

	// Scores returns one score per answer, the higher the better. Equal scores are a tie, and NaN leaves an answer out. No
	// scores and no error mean that no answer is worth learning from.
	Scores(ctx context.Context, prompt string, answers []string) ([]float64, error)
}

// Dated is a judge that is a model, whose chat template may write the date. It takes a date as a run records it.
type Dated interface{ SetDate(date string) error }

// ErrWaiting is the error of a judge that will score the answers later, as a person does.
var ErrWaiting = errors.New("the answers have not been judged yet")

// Func is a scoring function.
type Func struct {
	Label string // the Name; change it when the function changes
	Score func(prompt, answer string) float64
}

// Name returns the label.
func (f Func) Name() string { return f.Label }

// Scores calls the function for each answer.
func (f Func) Scores(_ context.Context, prompt string, answers []string) ([]float64, error) {
	scores := make([]float64, len(answers))
	for i, answer := range answers {
		scores[i] = f.Score(prompt, answer)
	}
	return scores, nil
}

// Words returns a judge that prefers answers with close to target words.
func Words(target int) Func {
	return Func{fmt.Sprintf("words:%d", target), func(_, answer string) float64 {
		return -math.Abs(float64(len(strings.Fields(answer)) - target))
	}}
}

// Ranking is a person's ranking of the answers to a prompt.
type Ranking struct {
	Prompt  string
	Answers []string
	Ranks   []int // one per answer, 1 for the best, equal for a tie; nil if no answer is good
}

// Rankings is a judge that looks up earlier rankings, whatever the order of the answers in them. It returns [ErrWaiting] for
// answers that nobody has ranked.
type Rankings struct {
	By   string // the Name
	List []Ranking
}

// Name returns By.
func (r Rankings) Name() string { return r.By }

// Scores returns the negated ranks of the last ranking of these answers.
func (r Rankings) Scores(_ context.Context, prompt string, answers []string) ([]float64, error) {
	wanted := slices.Sorted(slices.Values(answers))
	for _, ranking := range slices.Backward(r.List) {
		if ranking.Prompt != prompt || !slices.Equal(slices.Sorted(slices.Values(ranking.Answers)), wanted) {
			continue
		}
		if ranking.Ranks == nil {
			return nil, nil
		}
		if len(ranking.Ranks) != len(answers) {
			return nil, fmt.Errorf("the ranking of the answers to %q has %d ranks for %d answers", prompt, len(ranking.Ranks), len(answers))
		}
		scores := make([]float64, len(answers))
		for i, answer := range answers {
			scores[i] = -float64(ranking.Ranks[slices.Index(ranking.Answers, answer)])
		}
		return scores, nil
	}
	return nil, ErrWaiting
}

// Better returns a function that compares two answers: 1 if the first has the higher score, 0 if the second has, and 0.5 for
// a tie or a missing score.
func Better(j Judge) func(ctx context.Context, prompt, first, second string) (float64, error) {
	return func(ctx context.Context, prompt, first, second string) (float64, error) {
		scores, err := j.Scores(ctx, prompt, []string{first, second})
		switch {
		case err != nil:
			return 0, err
		case len(scores) == 2 && scores[0] > scores[1]:
			return 1, nil
		case len(scores) == 2 && scores[0] < scores[1]:
			return 0, nil
		}
		return 0.5, nil
	}
}
