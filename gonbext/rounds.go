package gonbext

import (
	"context"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/live"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/wording"
	"example.com/gonb-dpo/plots"
)

// Rounds trains in rounds (iterative DPO) into a folder. Round 1 trains on p. Before each further round the model of the
// round before answers new prompts, a judge scores the answers, and the round trains on the pairs made from them. Each
// round is shown live, as in [Train], with the source of its pairs and its reference. The judge scores answers to the
// check prompts before the first round and after each round.
//
// After the stop button, or when a person has to judge first, the same cell resumes.
func Rounds(dir string, c rounds.Config, p Pairs, prompts rounds.Prompts, j judge.Judge) {
	cell.Run(func(ctx context.Context) error { return trainRounds(ctx, dir, c, p, prompts, j) })
}

func trainRounds(ctx context.Context, dir string, c rounds.Config, p Pairs, prompts rounds.Prompts, j judge.Judge) error {
	if err := checkRounds(c, p, prompts, j); err != nil {
		return err
	}
	view := live.NewRounds(dir)
	if err := limitRounds(&c, p, view); err != nil {
		return err
	}
	model, err := open.BaseModel(c.Train.InitAdapter)
	if err != nil {
		return err
	}
	record, err := rounds.Run(ctx, model, dir, c, p.set.Data(), prompts, j, view)
	err = view.Close(err)
	var waiting *rounds.Waiting
	if person, ok := j.(judge.Person); ok && errors.As(err, &waiting) {
		cell.Show(output.Notef("Rank the answers to %s of round %d with gonbext.Rank(%q), then run this cell again.", wording.Count(waiting.Prompts, "prompt"), waiting.Round, person.File))
		return nil
	}
	if err != nil {
		return err
	}
	return showRounds(dir, record)
}

func checkRounds(c rounds.Config, p Pairs, prompts rounds.Prompts, j judge.Judge) error {
	switch {
	case p.set.Train == nil && !c.Own:
		return errors.New("there are no pairs for round 1; load some with gonbext.Load(\"builtin\"), or set Own to begin with the model's own answers")
	case j == nil:
		return errors.New("the judge is nil; pass one, such as gonbext.By(\"short\", a function)")
	}
	if err := c.Validate(); err != nil {
		return err
	}
	if e, ok := j.(*judge.Endpoint); ok && e.MaxCalls == 0 {
		cost := c.JudgeCost(prompts, e)
		return fmt.Errorf("judging with %s takes at most %s; allow it by setting the number of calls to %d", e.Name(), cost, cost.Calls)
	}
	return nil
}

// limitRounds applies the environment's limits.
func limitRounds(c *rounds.Config, p Pairs, view *live.Rounds) error {
	_, limited, err := limitSteps(&c.Train, p)
	if err != nil {
		return err
	}
	tokens, err := cell.Limit(cell.MaxTokens, c.MaxTokens)
	if err != nil {
		return err
	}
	if limited || tokens < c.MaxTokens {
		c.MaxTokens = min(tokens, c.MaxTokens)
		view.Note(limitNote(fmt.Sprintf("%d steps per round and answers of %d tokens", c.Train.Resolve(p.Len()).MaxSteps, c.MaxTokens), "the environment"))
	}
	return nil
}

// showRounds shows finished rounds, and draws the scores of the check prompts.
func showRounds(dir string, record rounds.Record) error {
	cell.Show(views.Rounds(dir, record))
	if len(record.Checked) == 0 {
		return nil
	}
	var rounds, means []float64
	for _, c := range record.Checked {
		rounds, means = append(rounds, float64(c.Round)), append(means, c.Score)
	}
	return figure.Show(plots.Scores(record.Judge, rounds, means), dir)
}

// RoundAnswers shows what the answers to the check prompts became: for the first n prompts, the answer with the highest score before the
// first round and after a round, with the judge's scores.
func RoundAnswers(dir string, round, n int) {
	cell.Run(func(context.Context) error {
		before, err := rounds.CheckedAnswers(dir, 0)
		if err != nil {
			return err
		}
		after, err := rounds.CheckedAnswers(dir, round)
		if err != nil {
			return err
		}
		cell.Show(views.RoundAnswers(before, after, round, n))
		return nil
	})
}
