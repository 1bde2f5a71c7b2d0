package rounds

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/wording"
)

// judgeBatch is the number of prompts that a judge scores at once, if it can score several.
const judgeBatch = 16

// scoredPrompt has the scores of the answers to a prompt: a line of scores-N.jsonl.
type scoredPrompt struct {
	Place  int        `json:"place"`  // of the prompt in the file of answers, from 0
	Scores []*float64 `json:"scores"` // of the answers that are not empty; null for one without a score, empty if no answer is good
}

// score has the judge score the prompts that have no scores in the file yet, and returns all scores by the prompt's index.
func (r *runner) score(ctx context.Context, path, answersFile string, round int, answers []answeredPrompt) (map[int][]float64, error) {
	file, err := openJournal[scoredPrompt](path)
	if err != nil {
		return nil, err
	}
	defer file.close()
	scores := map[int][]float64{}
	for _, known := range file.list {
		scores[known.Place] = known.values()
	}
	var places []int
	var questions []judge.Question
	for place, answered := range answers {
		if _, known := scores[place]; known {
			continue
		}
		q := answered.question()
		if len(q.Answers) < 2 {
			scores[place] = nil
			continue
		}
		places, questions = append(places, place), append(questions, q)
	}
	waiting, err := r.ask(ctx, questions, func(i int, judged []float64) error {
		scores[places[i]] = judged
		return file.add(newScoredPrompt(places[i], judged))
	})
	if err == nil && waiting > 0 {
		err = &Waiting{Round: round, Prompts: waiting, File: answersFile, Judge: r.judge.Name()}
	}
	return scores, err
}

// ask passes questions to the judge in batches, and its scores to each as they come. waiting is the number of questions
// that are not judged yet.
func (r *runner) ask(ctx context.Context, questions []judge.Question, each func(i int, scores []float64) error) (waiting int, err error) {
	if costly, ok := r.judge.(judge.Costly); ok && len(questions) > 0 {
		r.listener.Note(fmt.Sprintf("Judging the answers to %s by %s takes about %s.", wording.Count(len(questions), "prompt"), r.judge.Name(), costly.Cost(questions)))
		defer func() {
			r.record.Cost = r.spent.Plus(costly.Used())
			err = errors.Join(err, r.record.write(r.dir))
		}()
	}
	for begin := 0; begin < len(questions); begin += judgeBatch {
		part := questions[begin:min(begin+judgeBatch, len(questions))]
		r.listener.Progress("judging answers", begin, len(questions))
		err := judge.All(ctx, r.judge, part, func(i int, scores []float64) error {
			if len(scores) != 0 && len(scores) != len(part[i].Answers) {
				return fmt.Errorf("%s returned %d scores for the %d answers to %q", r.judge.Name(), len(scores), len(part[i].Answers), part[i].Prompt)
			}
			return each(begin+i, scores)
		}, func() { waiting++ })
		if err != nil {
			return waiting, fmt.Errorf("judge answers: %w", err)
		}
	}
	if len(questions) > 0 {
		r.listener.Progress("judging answers", len(questions), len(questions))
	}
	return waiting, nil
}

// JudgeCost is the maximum cost of judging all rounds, without repeated calls: it assumes answers of the maximum length.
func (c Config) JudgeCost(prompts Prompts, j judge.Costly) judge.Cost {
	const charactersPerToken = 4
	var questions []judge.Question
	add := func(list []string) {
		for _, prompt := range list {
			answers := slices.Repeat([]string{strings.Repeat("x", charactersPerToken*c.MaxTokens)}, c.Answers)
			questions = append(questions, judge.Question{Prompt: prompt, Answers: answers})
		}
	}
	for round := range c.Rounds + 1 {
		if round >= c.firstOwn() {
			add(prompts.of(round, c))
		}
		add(prompts.Check)
	}
	return j.Cost(questions)
}

// newScoredPrompt is the line of a prompt's scores; a score that is not finite becomes null.
func newScoredPrompt(place int, scores []float64) scoredPrompt {
	line := scoredPrompt{Place: place}
	for _, score := range scores {
		if finite.Is(score) {
			line.Scores = append(line.Scores, &score)
		} else {
			line.Scores = append(line.Scores, nil)
		}
	}
	return line
}

// values returns the scores, NaN for null.
func (s scoredPrompt) values() (scores []float64) {
	for _, score := range s.Scores {
		if score == nil {
			scores = append(scores, math.NaN())
		} else {
			scores = append(scores, *score)
		}
	}
	return scores
}
