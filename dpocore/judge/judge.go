// Package judge says which of several answers to a prompt are better.
//
// A [Judge] gives answers scores, of which pairs are made. [Func] is a function of your own, [Rankings] are what a person
// has said, [Endpoint] is a model behind an OpenAI-compatible interface; a local model is in package dpocore, which loads
// models. [Better] makes of a Judge one that compares two answers.
package judge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Judge gives answers scores.
type Judge interface {
	// Name says who judges, with all that the scores depend on. It is kept with what was judged, and never holds a
	// secret.
	Name() string

	// Scores gives each answer to a prompt a number, the higher the better; equal ones are a tie, and NaN leaves an
	// answer out. No scores and no error mean that none of the answers is worth learning from.
	Scores(ctx context.Context, prompt string, answers []string) ([]float64, error)
}

// ErrWaiting is the error of a judge that has yet to be asked, as a person has.
var ErrWaiting = errors.New("the answers have not been judged yet")

// Func is a scoring function.
type Func struct {
	Label string // for Name: change it when the function changes
	Score func(prompt, answer string) float64
}

// Name is the label.
func (f Func) Name() string { return f.Label }

// Scores calls the function for each answer.
func (f Func) Scores(_ context.Context, prompt string, answers []string) ([]float64, error) {
	scores := make([]float64, len(answers))
	for i, answer := range answers {
		scores[i] = f.Score(prompt, answer)
	}
	return scores, nil
}

// Words is a judge that prefers answers of about so many words: the nearer, the better.
func Words(target int) Func {
	return Func{fmt.Sprintf("words:%d", target), func(_, answer string) float64 {
		return -math.Abs(float64(len(strings.Fields(answer)) - target))
	}}
}

// Ranking is what someone has said of the answers to a prompt.
type Ranking struct {
	Prompt  string
	Answers []string
	Ranks   []int // of each answer, 1 for the best, equal for a tie; nil where none is good
}

// Rankings judges by rankings that were made before, whatever the order in which the answers stood. Answers that nobody
// has ranked are [ErrWaiting].
type Rankings struct {
	By   string // for Name
	List []Ranking
}

// Name is who ranked.
func (r Rankings) Name() string { return r.By }

// Scores are the ranks of the last ranking of these very answers, turned round.
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

// Better compares two answers by a judge: 1 where the first has the greater score, 0 where the second has, 0.5 for a tie
// and where one has none.
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
