package measure

import (
	"context"

	"example.com/gonb-dpo/dpocore/compare"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Comparison is the answers of the base model and of runs to the same prompts.
type Comparison struct {
	model   *model.Model
	runs    []string
	options compare.Options
	answers []compare.Answers
}

// Compare answers prompts with the base model and with runs, named as in [open.FinishedRuns].
func Compare(ctx context.Context, runs string, prompts []string, status cell.Status) (c Comparison, err error) {
	if c.runs, err = open.FinishedRuns(runs); err != nil {
		return c, err
	}
	if c.model, prompts, c.options.MaxNewTokens, err = readyToAnswer(prompts, c.runs...); err != nil {
		return c, err
	}
	status("Loading the model")
	c.answers, err = compare.Run(ctx, c.model, c.runs, prompts, c.options, func(done, total int) { status("Answer %d of %d", done+1, total) })
	return c, err
}

// Blind shuffles the answers to each prompt. The notes say which prompts have nothing to choose from.
func (c Comparison) Blind() (drawings []ranking.Candidates, notes []string, err error) {
	return compare.Blind(c.model, c.runs, c.answers, c.options)
}

// Table is the answers side by side.
func (c Comparison) Table() output.Table {
	models := []string{"before training", "after training"}
	if len(c.runs) > 1 {
		models = append([]string{"base model"}, c.runs...)
	}
	t := answerTable(c.options.MaxNewTokens, models...)
	for _, a := range c.answers {
		row := []string{a.Prompt}
		for _, said := range a.Replies {
			row = append(row, said.Text)
		}
		t.Add(row...)
	}
	return t
}

// Unchanged notes the runs whose answers all equal the base model's.
func (c Comparison) Unchanged() (notes output.Stack) {
	for i, run := range c.runs {
		changed := false
		for _, a := range c.answers {
			changed = changed || a.Replies[1+i] != a.Replies[0]
		}
		switch {
		case changed:
		case len(c.runs) == 1:
			notes = append(notes, output.Notef("No answer has changed: training moved the model too little to change its most likely tokens. More steps or a higher learning rate move it further."))
		default:
			notes = append(notes, output.Notef("No answer of %s differs from the base model's: training moved it too little to change its most likely tokens.", run))
		}
	}
	return notes
}
