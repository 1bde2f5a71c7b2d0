// Package rater lets a person rank answers in a notebook.
//
// Start with [Open]; [Rater.Rank] asks for rankings, [Rater.CompareBlind] for blind comparisons of runs, and
// [Rater.Ranked] saves the ranking that a cell passes.
package rater

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/wording"
)

// Rater shows a ranking session in a notebook.
type Rater struct {
	session *ranking.Session
	shown   string // the name in the line to run, "" for the default rater
	status  cell.Status
	Ask     func(context.Context, views.Ballot) (order string, ok bool) // shows a ballot and waits for its buttons; tests replace it
}

// Open opens a rankings file, creating it if needed. name is the rater's name in the file, shown the one in the line to
// run, "" for the default rater.
func Open(path, name, shown string, status cell.Status) (*Rater, error) {
	s, err := ranking.OpenSession(path, name, func(ctx context.Context, prompt string) (ranking.Candidates, error) {
		status("Generating answers: %s", prompt)
		return sampleAnswers(ctx, prompt)
	})
	if err != nil {
		return nil, err
	}
	return &Rater{session: s, shown: shown, status: status, Ask: askPage}, nil
}

// sampleAnswers samples the base model's answers to a prompt.
func sampleAnswers(ctx context.Context, prompt string) (c ranking.Candidates, err error) {
	if strings.TrimSpace(prompt) == "" {
		return c, errors.New("the prompt is empty; write a question or a request")
	}
	model, err := open.BaseModel()
	if err != nil {
		return c, err
	}
	o := generate.DefaultDrawOptions()
	if o.MaxNewTokens, err = cell.AnswerTokens(); err != nil {
		return c, err
	}
	return generate.Draw(ctx, model, "", prompt, o)
}

// Close closes the file.
func (r *Rater) Close() error { return r.session.Close() }

// Rank asks for the rankings of prompts, or without prompts of the answers that this rater has not ranked yet.
func (r *Rater) Rank(ctx context.Context, prompts []string) (output.Content, error) {
	return r.ask(ctx, r.session.Tasks(prompts))
}

// ask shows a ballot for each task. With several tasks it skips those that are ranked already. If a ballot gets no order
// from its buttons, ask returns it.
func (r *Rater) ask(ctx context.Context, tasks []ranking.Task) (output.Content, error) {
	for i, task := range tasks {
		c, err := r.session.Candidates(ctx, task)
		if err != nil {
			return nil, err
		}
		if err := r.session.Show(c); err != nil { // so that Ranked ranks these
			return nil, err
		}
		before, ranked := r.session.Verdict(c)
		if ranked && len(tasks) > 1 {
			continue
		}
		ballot := r.ballot(c, fmt.Sprintf("prompt %d of %d", i+1, len(tasks)))
		if ranked {
			ballot.Before = before.Order()
		}
		r.status("Ranking %s", ballot.Position)
		order, ok := r.Ask(ctx, ballot)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !ok {
			return ballot, nil
		}
		if _, err := r.session.Rank(c, order); err != nil {
			return nil, err
		}
	}
	done := output.Donef("%s has ranked the answers to %s.", r.session.Rater(), wording.Count(len(tasks), "prompt"))
	return append(output.Stack{done}, r.summary()...), nil
}

func (r *Rater) ballot(c ranking.Candidates, position string) views.Ballot {
	b := views.NewBallot(c, r.shown, r.session.Log().Source)
	b.Position = position
	return b
}

// summary shows the authors of blind answers, once they are all ranked, and the rankings of all raters.
func (r *Rater) summary() output.Stack {
	return output.Stack{r.revealed(), views.Rankings(r.session.Log())}
}

func (r *Rater) revealed() output.Content {
	return views.Revealed(r.session.Revealed(), r.session.Log().Tally())
}
