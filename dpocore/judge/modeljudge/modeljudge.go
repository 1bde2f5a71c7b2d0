package modeljudge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
)

// The ways in which a local model can judge.
const (
	// JudgeYes asks the model whether an answer is good: the score is how much likelier it finds "Yes" than "No", in nats.
	Yes = "yes"
	// JudgeLikelihood takes the log-probability of an answer's mean token. It needs no skill of the model, and prefers
	// what the model would have said itself.
	Likelihood = "likelihood"
)

// ModelJudgeWays are the values of ModelJudge.Way.
var Ways = []string{Yes, Likelihood}

// ModelJudge is a local model that judges. How far its word can be trusted depends on the model: of 60 built-in pairs
// SmolLM2-135M-Instruct tells the better answer in 36 by JudgeYes, and in 18 by JudgeLikelihood, worse than a coin.
type Judge struct {
	Model     *model.Model
	Way       string // one of ModelJudgeWays
	Criterion string // what a good answer is, judge.DefaultCriterion where empty
	MaxLength int    // tokens of prompt and answer together; the rest is cut
}

// Validate names a setting that can't be.
func (j Judge) Validate() error {
	switch {
	case j.Model == nil:
		return errors.New("the judging model is missing; open one")
	case !slices.Contains(Ways, j.Way):
		return fmt.Errorf("the model judges by %q; it may be %s", j.Way, strings.Join(Ways, " or "))
	case j.MaxLength < 8:
		return fmt.Errorf("the greatest length is %d tokens; it must be at least 8", j.MaxLength)
	}
	return nil
}

// Name is the way, the model and the criterion.
func (j Judge) Name() string {
	name := fmt.Sprintf("model:%s by %s", j.Model.BaseName(), j.Way)
	if j.Way == Yes {
		name += ", " + j.criterion()
	}
	return name
}

func (j Judge) criterion() string {
	if j.Criterion == "" {
		return judge.DefaultCriterion
	}
	return j.Criterion
}

// Scores judges the answers to one prompt.
func (j Judge) Scores(ctx context.Context, prompt string, answers []string) ([]float64, error) {
	all, err := j.ScoreAll(ctx, []judge.Question{{Prompt: prompt, Answers: answers}})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ScoreAll judges answers in rows of the model, as training does. An answer whose prompt alone fills the greatest
// length has no score.
func (j Judge) ScoreAll(ctx context.Context, questions []judge.Question) ([][]float64, error) {
	if err := j.Validate(); err != nil {
		return nil, err
	}
	set := &preference.Set{Source: "the answers to judge", Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	var first []int // of each question, its first answer's line
	for _, q := range questions {
		first = append(first, len(set.Pairs))
		for _, answer := range q.Answers {
			pair := j.pair(q.Prompt, answer)
			pair.Source, pair.Line = set.Source, len(set.Pairs)
			set.Pairs = append(set.Pairs, pair)
		}
	}
	measured, _, err := measure.Evaluate(ctx, j.Model, "", set, j.MaxLength, func(int, int) {})
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(set.Pairs))
	for i := range scores {
		scores[i] = math.NaN()
	}
	for _, figures := range measured {
		scores[figures.Line] = figures.RefLogpsChosen - figures.RefLogpsRejected
		if j.Way == Likelihood {
			scores[figures.Line] = figures.RefLogpsChosen / float64(figures.TokensChosen)
		}
	}
	all := make([][]float64, len(questions))
	for i, q := range questions {
		all[i] = scores[first[i] : first[i]+len(q.Answers)]
	}
	return all, nil
}

// pair is what the model measures for an answer: for its likelihood the answer itself, where the other side does not
// matter, else the two words with which it can reply to a question about it.
func (j Judge) pair(prompt, answer string) preference.Pair {
	if j.Way == Likelihood {
		return preference.Pair{Prompt: preference.User(prompt), Chosen: answer, Rejected: "-", Weight: 1}
	}
	asked := fmt.Sprintf("Question: %s\n\nAnswer: %s\n\nIs this answer %s? Reply with Yes or No.", prompt, answer, j.criterion())
	return preference.Pair{Prompt: preference.User(asked), Chosen: "Yes", Rejected: "No", Weight: 1}
}
