package judge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"example.com/gonb-dpo/dpocore/ranking"
)

// Person is a judge whose scores are a person's rankings. It adds answers that have not been ranked to the rankings file,
// from which the notebook and the command line show them, and returns [ErrWaiting] for them.
type Person struct {
	File  string // the rankings file
	Rater string // whose rankings count; "" for anyone's, the last one first
}

// Name returns the rater and the file.
func (p Person) Name() string {
	if p.Rater == "" {
		return "whoever ranks " + p.File
	}
	return p.Rater + ", who ranks " + p.File
}

// Scores returns the negated ranks of the last ranking.
func (p Person) Scores(ctx context.Context, prompt string, answers []string) ([]float64, error) {
	log, err := ranking.Read(p.File)
	if errors.Is(err, fs.ErrNotExist) {
		log, err = &ranking.Log{}, nil
	}
	if err != nil {
		return nil, err
	}
	known := Rankings{By: p.Name()}
	for _, j := range log.Judgements {
		if p.Rater != "" && j.Rater != p.Rater {
			continue
		}
		ranking := Ranking{Prompt: j.Prompt, Answers: texts(j.Candidates), Ranks: j.Ranks}
		if j.AllBad {
			ranking.Ranks = nil
		}
		known.List = append(known.List, ranking)
	}
	scores, err := known.Scores(ctx, prompt, answers)
	if !errors.Is(err, ErrWaiting) {
		return scores, err
	}
	shown := slices.ContainsFunc(log.Candidates, func(d ranking.Candidates) bool { return d.Prompt == prompt && slices.Equal(texts(d), answers) })
	if !shown {
		if err := p.add(prompt, answers); err != nil {
			return nil, fmt.Errorf("add the answers to %q to the rankings: %w", prompt, err)
		}
	}
	return nil, ErrWaiting
}

// add adds answers to the file.
func (p Person) add(prompt string, answers []string) error {
	file, err := ranking.Open(p.File)
	if err != nil {
		return err
	}
	defer file.Close()
	d := ranking.Candidates{Prompt: prompt, Model: "a round's", Drawn: time.Now().UTC().Truncate(time.Second)}
	for _, answer := range answers {
		d.Answers = append(d.Answers, ranking.Answer{Text: answer})
	}
	return file.AddCandidates(&d)
}

func texts(d ranking.Candidates) (list []string) {
	for _, answer := range d.Answers {
		list = append(list, answer.Text)
	}
	return list
}
