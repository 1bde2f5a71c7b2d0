package gonbext

import (
	"context"
	"errors"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/preview"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/wording"
)

// Check describes the pairs: how many, how long, and whether length alone predicts which answer was chosen.
func (p Pairs) Check() {
	cell.Run(func(context.Context) error {
		if err := p.set.Check(); err != nil {
			return err
		}
		cell.Show(views.Data(p.set))
		return nil
	})
}

// Lint looks for faults in the pairs and says how to fix them: equal answers, contradicting and repeated pairs, held-out
// prompts among the training pairs, lengths that predict the chosen answer, answers truncated at the default of 512
// tokens, and more. Training does not depend on the result.
func (p Pairs) Lint() {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		status("Checking %s", wording.Count(p.Len(), "pair"))
		o := lint.DefaultOptions()
		if model, err := open.BaseModel(); err == nil { // without a model some rules are skipped, and the report says so
			o.Encoder, o.Tokenizer = model.Encoder(config.Default().MaxLength), model.Tokenizer
		}
		return p.lint(ctx, o)
	})
}

func (p Pairs) lint(ctx context.Context, o lint.Options) (output.Content, error) {
	if err := p.set.Check(); err != nil {
		return nil, err
	}
	report, err := lint.Check(ctx, p.set.Train, p.set.HeldOut, o)
	if err != nil {
		return nil, err
	}
	return views.Lint(report), nil
}

// maxMeasured is the maximum number of pairs in Preview's histogram.
const maxMeasured = 2000

// Preview shows the first n pairs side by side with the differing words marked, then the exact text that the model sees,
// with its control tokens, and a histogram of the pairs' lengths in tokens.
func (p Pairs) Preview(n int) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if p.Len() == 0 {
			return nil, errors.New("there are no pairs to show; load some with gonbext.Load(\"builtin\")")
		}
		status("Counting tokens")
		model, err := open.BaseModel()
		if err != nil {
			return nil, err
		}
		var shown output.Stack
		for _, pair := range p.first(n) {
			one, err := preview.Of(pair, model.Chat, model.Tokenizer)
			if err != nil {
				return nil, err
			}
			shown = append(shown, views.SideBySide{Pair: one})
		}
		lengths, err := preview.Lengths(ctx, p.set.Train, model.Chat, maxMeasured)
		if err != nil {
			return nil, err
		}
		return append(shown, views.Lengths{Histogram: lengths}), nil
	})
}
