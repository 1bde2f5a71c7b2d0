package judge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"example.com/gonb-dpo/dpocore/judgement"
)

// Person is someone who ranks answers in a notebook. Answers that they have not ranked are put into the file of rankings,
// where the ranking cells show them, and are [ErrWaiting] until then.
type Person struct {
	File  string // of rankings
	Rater string // whose word counts; "" for whoever ranked last
}

// Name is the rater and the file.
func (p Person) Name() string {
	if p.Rater == "" {
		return "whoever ranks " + p.File
	}
	return p.Rater + ", who ranks " + p.File
}

// Scores are the last ranking's ranks, turned round.
func (p Person) Scores(ctx context.Context, prompt string, answers []string) ([]float64, error) {
	log, err := judgement.Read(p.File)
	if errors.Is(err, fs.ErrNotExist) {
		log, err = &judgement.Log{}, nil
	}
	if err != nil {
		return nil, err
	}
	known := Rankings{By: p.Name()}
	for _, j := range log.Judgements {
		if p.Rater != "" && j.Rater != p.Rater {
			continue
		}
		ranking := Ranking{Prompt: j.Prompt, Answers: texts(j.Drawing), Ranks: j.Ranks}
		if j.AllBad {
			ranking.Ranks = nil
		}
		known.List = append(known.List, ranking)
	}
	scores, err := known.Scores(ctx, prompt, answers)
	if !errors.Is(err, ErrWaiting) {
		return scores, err
	}
	shown := slices.ContainsFunc(log.Drawings, func(d judgement.Drawing) bool { return d.Prompt == prompt && slices.Equal(texts(d), answers) })
	if !shown {
		if err := p.draw(prompt, answers); err != nil {
			return nil, fmt.Errorf("put the answers to %q up for ranking: %w", prompt, err)
		}
	}
	return nil, ErrWaiting
}

// draw puts answers into the file.
func (p Person) draw(prompt string, answers []string) error {
	file, err := judgement.Open(p.File)
	if err != nil {
		return err
	}
	defer file.Close()
	d := judgement.Drawing{Prompt: prompt, Model: "a round's", Drawn: time.Now().UTC().Truncate(time.Second)}
	for _, answer := range answers {
		d.Answers = append(d.Answers, judgement.Answer{Text: answer})
	}
	return file.Draw(&d)
}

func texts(d judgement.Drawing) (list []string) {
	for _, answer := range d.Answers {
		list = append(list, answer.Text)
	}
	return list
}
