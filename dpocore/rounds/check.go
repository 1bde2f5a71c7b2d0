package rounds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/wording"
)

// check has the judge score the model's answers to the check prompts after a round; 0 is before the first.
func (r *runner) check(ctx context.Context, round int) error {
	done := slices.ContainsFunc(r.record.Checked, func(c Check) bool { return c.Round == round })
	if done || len(r.prompts.Check) == 0 {
		return nil
	}
	adapter := r.adapter
	if round > 0 {
		adapter = r.runDir(round)
	}
	path := func(name string) string { return r.checkFile(name, round) }
	answers, err := r.answer(ctx, path("answers"), r.prompts.Check, adapter, "answering the check prompts")
	if err != nil {
		return err
	}
	scores, err := r.score(ctx, path("scores"), path("answers"), round, answers)
	var waiting *Waiting
	if errors.As(err, &waiting) { // the rounds don't wait for a person to judge what is not trained on
		r.listener.Note(fmt.Sprintf("%s has not judged the answers to the check prompts in %s.", r.judge.Name(), path("answers")))
		return nil
	}
	if err != nil {
		return err
	}
	c := newCheck(round, answers, scores)
	if c.Answers == 0 {
		return nil
	}
	if c.Change, err = r.change(round, scores); err != nil {
		return err
	}
	r.record.Checked = append(r.record.Checked, c)
	r.listener.Checked(c)
	return r.record.write(r.dir)
}

// trainedNote is a sentence on the check prompts that rounds train on too, in new prompts or in the pairs of round 1; "" if there are none.
func (p Prompts) trainedNote(c Config, pairs *preference.Set) string {
	trained := map[string]bool{}
	for round := c.firstOwn(); round <= c.Rounds; round++ {
		for _, prompt := range p.of(round, c) {
			trained[strings.TrimSpace(prompt)] = true
		}
	}
	if pairs != nil && !c.Own {
		for _, pair := range pairs.Each() {
			trained[strings.TrimSpace(pair.PromptText())] = true
		}
	}
	both := 0
	for _, prompt := range p.Check {
		if trained[strings.TrimSpace(prompt)] {
			both++
		}
	}
	if both == 0 {
		return ""
	}
	return fmt.Sprintf("The rounds also train on %d of the %s, whose scores then say little about new prompts; check with others.", both, wording.Count(len(p.Check), "check prompt"))
}

// newCheck summarizes scored answers to the check prompts.
func newCheck(round int, answers []answeredPrompt, scores map[int][]float64) Check {
	c := Check{Round: round}
	sum, total, ended := 0.0, 0, 0
	for place, answered := range answers {
		for _, score := range scores[place] {
			if finite.Is(score) {
				sum, c.Answers = sum+score, c.Answers+1
			}
		}
		for _, answer := range answered.Answers {
			if total++; answer.Ended {
				ended++
			}
		}
	}
	c.Score, c.Ended = sum/float64(c.Answers), float64(ended)/float64(total)
	return c
}

func (r *runner) checkFile(name string, round int) string {
	return filepath.Join(r.dir, fmt.Sprintf("check-%s-%d.jsonl", name, round))
}

// change returns how the mean score of the check prompts differs from the first model's: the mean over prompts of the difference of
// their mean scores. It is nil for the first model, or if it has no scores.
func (r *runner) change(round int, scores map[int][]float64) (*statistics.Estimate, error) {
	if round == 0 {
		return nil, nil
	}
	file, err := openJournal[scoredPrompt](r.checkFile("scores", 0))
	if err != nil {
		return nil, err
	}
	defer file.close()
	var prompts []int
	var differences []float64
	for _, first := range file.list {
		difference := finite.Mean(scores[first.Place]) - finite.Mean(first.values())
		if finite.Is(difference) {
			prompt := slices.Index(r.prompts.Check, r.prompts.Check[first.Place]) // one that is given twice counts once
			prompts, differences = append(prompts, prompt), append(differences, difference)
		}
	}
	if len(prompts) == 0 {
		return nil, nil
	}
	change := statistics.Mean(prompts, differences)
	return &change, nil
}

// CheckedAnswer is an answer to a check prompt with the judge's score.
type CheckedAnswer struct {
	Prompt, Text string
	Score        float64
}

// CheckedAnswers returns the scored answers to the check prompts after a round, 0 for the first model, of the rounds in a folder. For
// each prompt the best comes first.
func CheckedAnswers(dir string, round int) (list []CheckedAnswer, err error) {
	r := &runner{dir: dir}
	for _, name := range []string{"answers", "scores"} { // opening a journal would create it
		if _, err := os.Stat(r.checkFile(name, round)); err != nil {
			return nil, fmt.Errorf("the answers to the check prompts after round %d: %w; give a round that %s has, and check prompts", round, err, dir)
		}
	}
	answers, err := openJournal[answeredPrompt](r.checkFile("answers", round))
	if err != nil {
		return nil, err
	}
	defer answers.close()
	scores, err := openJournal[scoredPrompt](r.checkFile("scores", round))
	if err != nil {
		return nil, err
	}
	defer scores.close()
	for _, scored := range scores.list {
		var some []CheckedAnswer
		q := answers.list[scored.Place].question()
		for i, score := range scored.values() {
			if finite.Is(score) {
				some = append(some, CheckedAnswer{q.Prompt, q.Answers[i], score})
			}
		}
		slices.SortStableFunc(some, func(a, b CheckedAnswer) int { return cmp.Compare(b.Score, a.Score) })
		list = append(list, some...)
	}
	return list, nil
}
