package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Inspect shows what a run changed in single pairs, token by token: both answers before and after training, each token
// coloured by its log-ratio, with its numbers on hover and the sums below. Buttons step through the pairs in a chosen
// order, and a slider through the saved checkpoints. Viewers without scripts show up to three notable pairs, which [Report]
// has too.
func Inspect(dir string, p Pairs) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		measured, beta, err := measure.Inspect(ctx, dir, p.set, status)
		if err != nil {
			return nil, err
		}
		view := measured.View(dir, beta)
		if err := view.Save(dir); err != nil {
			return nil, err
		}
		return append(output.Notes(measured.Notes), views.Inspector{View: view}), nil
	})
}

// Template shows the exact text of a pair that the model sees: the chat template's control tokens in colour, the prompt
// once, and the two answers that can follow it.
func Template(p Pairs, i int) {
	cell.Run(func(context.Context) error {
		pair, err := p.set.At(i)
		if err != nil {
			return err
		}
		model, err := open.BaseModel()
		if err != nil {
			return err
		}
		tokens, _, err := model.Chat.Pair(pair)
		if err != nil {
			return err
		}
		r := views.NewRendered(model.Tokenizer)
		r.Add("prompt", tokens.Prompt)
		r.Add("chosen answer", tokens.Chosen)
		r.Add("rejected answer", tokens.Rejected)
		cell.Show(r)
		return nil
	})
}
