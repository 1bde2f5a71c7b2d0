// Package modeljudge scores answers with a local model. See [Judge].
package modeljudge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// How a model scores an answer.
const (
	// Yes asks the model whether the answer is good: the score is log P(Yes) − log P(No), in nats.
	Yes = "yes"
	// Likelihood is the mean log-probability of the answer's tokens, in nats. It works with any model, and favors what the
	// model would have written itself.
	Likelihood = "likelihood"
)

// Methods are the values of [Judge.Method].
var Methods = []string{Yes, Likelihood}

// Judge is a local model that scores answers. How reliable it is depends on the model: of the 60 held-out built-in pairs
// SmolLM2-135M-Instruct ranks 36 right by Yes, and 18 by Likelihood, which is worse than chance.
type Judge struct {
	Model     *model.Model
	Method    string // one of Methods
	Criterion string // what a good answer is; judge.DefaultCriterion if empty
	MaxLength int    // of prompt and answer together, in tokens; the rest is cut
}

// SetDate implements [judge.Dated].
func (j Judge) SetDate(date string) error { return j.Model.SetDate(date) }

// Validate returns the first invalid setting.
func (j Judge) Validate() error {
	switch {
	case j.Model == nil:
		return errors.New("the judge has no model; open one")
	case !slices.Contains(Methods, j.Method):
		return fmt.Errorf("unknown method of judging %q; it must be %s", j.Method, wording.Or(Methods))
	case j.MaxLength < 8:
		return fmt.Errorf("the maximum length is %d tokens; it must be at least 8", j.MaxLength)
	}
	return nil
}

// Name names the model, the method and the criterion.
func (j Judge) Name() string {
	name := fmt.Sprintf("model:%s by %s", j.Model.BaseName(), j.Method)
	if j.Method == Yes {
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

// Scores scores the answers to one prompt.
func (j Judge) Scores(ctx context.Context, prompt string, answers []string) ([]float64, error) {
	all, err := j.ScoreAll(ctx, []judge.Question{{Prompt: prompt, Answers: answers}})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ScoreAll scores the answers to several prompts, [questions][answers], packed into rows as in training. The score is
// NaN if the prompt alone fills the maximum length.
func (j Judge) ScoreAll(ctx context.Context, questions []judge.Question) ([][]float64, error) {
	if err := j.Validate(); err != nil {
		return nil, err
	}
	set := &preference.Set{Source: "the answers to judge", Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	var first []int // per question, the index of its first answer in the set
	for _, q := range questions {
		first = append(first, len(set.Pairs))
		for _, answer := range q.Answers {
			pair := j.pair(q.Prompt, answer)
			pair.Source, pair.Line = set.Source, len(set.Pairs)
			set.Pairs = append(set.Pairs, pair)
		}
	}
	measured, notes, err := measure.Evaluate(ctx, j.Model, "", set, j.MaxLength, func(int, int) {})
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		if j.Model.Note != nil {
			j.Model.Note(note)
		}
	}
	scores := make([]float64, len(set.Pairs))
	for i := range scores {
		scores[i] = math.NaN()
	}
	for _, pair := range measured {
		scores[pair.Line] = pair.RefLogpsChosen - pair.RefLogpsRejected
		if j.Method == Likelihood {
			scores[pair.Line] = pair.RefLogpsChosen / float64(pair.TokensChosen)
		}
	}
	all := make([][]float64, len(questions))
	for i, q := range questions {
		all[i] = scores[first[i] : first[i]+len(q.Answers)]
	}
	return all, nil
}

// pair is the pair to measure for an answer. By Likelihood, chosen is the answer and rejected is ignored; by Yes, the
// prompt asks about the answer, and chosen and rejected are the two possible replies.
func (j Judge) pair(prompt, answer string) preference.Pair {
	if j.Method == Likelihood {
		ignored := "-"
		if strings.TrimSpace(answer) == ignored { // a pair of equal answers is left out
			ignored = "."
		}
		return preference.Pair{Prompt: preference.User(prompt), Chosen: answer, Rejected: ignored, Weight: 1}
	}
	question := fmt.Sprintf("Question: %s\n\nAnswer: %s\n\nIs this answer %s? Reply with Yes or No.", prompt, answer, j.criterion())
	return preference.Pair{Prompt: preference.User(question), Chosen: "Yes", Rejected: "No", Weight: 1}
}
