// Package session is one rater's session with a file of rankings.
//
// Start with [Open]; [Session.Rank] asks for rankings, [Session.CompareBlind] for blind comparisons of runs, and
// [Session.Judge] records a ranking.
package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Session is one rater's part in a file of rankings.
type Session struct {
	rater string // in the file
	shown string // in the line to run, "" for the default rater
	path  string
	file  *ranking.File
	log   *ranking.Log
	Ask   func(context.Context, views.Ballot) (order string, ok bool) // shows a ballot and waits for its buttons; tests replace it
	draw  func(ctx context.Context, prompt string) (ranking.Candidates, error)
}

// Open opens a file of rankings, and creates it if needed. shown is the rater in the line to run, "" for the default one.
func Open(path, rater, shown string) (*Session, error) {
	file, err := ranking.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Session{rater: rater, shown: shown, path: path, file: file, Ask: askPage, draw: generateAnswers}
	if err := s.read(); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the file.
func (s *Session) Close() error { return s.file.Close() }

func (s *Session) read() (err error) {
	s.log, err = ranking.Read(s.path)
	return err
}

// Rank asks for the rankings of prompts, or without prompts of the answers that this rater has not ranked yet.
func (s *Session) Rank(ctx context.Context, prompts []string, status cell.Status) (output.Content, error) {
	list := make([]question, len(prompts))
	for i, prompt := range prompts {
		list[i].prompt = prompt
	}
	if len(prompts) == 0 {
		list = questions(s.log.Pending(s.rater))
	}
	return s.askAll(ctx, list, status)
}

// question asks a rater to rank the answers to a prompt: a drawing's, or if it is nil the file's or new ones.
type question struct {
	prompt  string
	drawing *ranking.Candidates
}

func questions(drawings []ranking.Candidates) (list []question) {
	for _, d := range drawings {
		list = append(list, question{d.Prompt, &d})
	}
	return list
}

// askAll asks the questions that the rater has not answered yet.
func (s *Session) askAll(ctx context.Context, list []question, status cell.Status) (output.Content, error) {
	for at, q := range list {
		d, err := s.drawing(ctx, q, status)
		if err != nil {
			return nil, err
		}
		before, ranked := s.log.Verdict(d, s.rater)
		if ranked && len(list) > 1 {
			continue
		}
		ballot := views.NewBallot(d, s.shown, s.path)
		ballot.Position = fmt.Sprintf("prompt %d of %d", at+1, len(list))
		if ranked {
			ballot.Before = before.Order()
		}
		status("Ranking %s", ballot.Position)
		order, saved := s.Ask(ctx, ballot)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !saved {
			return ballot, nil
		}
		if err := s.judge(d, order); err != nil {
			return nil, err
		}
	}
	done := output.Donef("%s has ranked the answers to %s.", s.rater, output.Count(len(list), "prompt"))
	return output.Stack{done, views.Revealed(s.log, s.rater), views.Rankings(s.log)}, nil
}

// drawing returns the answers that a question asks about: its drawing, the file's drawing for the prompt, or new answers.
// It becomes the file's last drawing, which Judge ranks.
func (s *Session) drawing(ctx context.Context, q question, status cell.Status) (d ranking.Candidates, err error) {
	at := slices.IndexFunc(s.log.Candidates, func(d ranking.Candidates) bool {
		return d.Prompt == q.prompt && (q.drawing == nil || d.ID == q.drawing.ID)
	})
	switch last := len(s.log.Candidates) - 1; {
	case at >= 0 && at == last:
		return s.log.Candidates[at], nil
	case at >= 0:
		d = s.log.Candidates[at]
	case q.drawing != nil:
		d = *q.drawing
	default:
		status("Generating answers: %s", q.prompt)
		if d, err = s.draw(ctx, q.prompt); err != nil {
			return d, err
		}
	}
	if err := s.file.AddCandidates(&d); err != nil {
		return d, err
	}
	return d, s.read()
}

// generateAnswers generates the base model's answers to a prompt.
func generateAnswers(ctx context.Context, prompt string) (d ranking.Candidates, err error) {
	if strings.TrimSpace(prompt) == "" {
		return d, errors.New("the prompt is empty; write a question or a request")
	}
	model, err := open.BaseModel()
	if err != nil {
		return d, err
	}
	o := generate.DefaultDrawOptions()
	if o.MaxNewTokens, err = cell.AnswerTokens(); err != nil {
		return d, err
	}
	return generate.Draw(ctx, model, "", prompt, o)
}

// judge saves the rater's order of a drawing's answers.
func (s *Session) judge(d ranking.Candidates, order string) error {
	ranks, bad, err := ranking.ParseOrder(order, len(d.Answers))
	if err != nil {
		return err
	}
	verdict := ranking.Verdict{Rater: s.rater, Ranks: ranks, AllBad: bad, Judged: time.Now().UTC().Truncate(time.Second)}
	if err := s.file.AddVerdict(d, verdict); err != nil {
		return err
	}
	return s.read()
}
