package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/views"
)

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
