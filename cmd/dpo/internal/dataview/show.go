package dataview

import (
	"context"
	"fmt"
	"io"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preview"
)

// maxMeasured is how many pairs a histogram counts. Tokenizing does about a thousand per second.
const maxMeasured = 2000

// Show prints the first n pairs of a set.
func Show(ctx context.Context, out io.Writer, name, model string, prompts config.Prompts, n int) error {
	data, err := open.Data(ctx, name, "", 0, 0)
	if err != nil {
		return err
	}
	if n < 0 {
		return exit.WrongUse(fmt.Errorf("%d pairs can't be shown; -n must be at least 0", n))
	}
	return showPairs(ctx, out, model, prompts, data.Train.Pairs[:min(n, len(data.Train.Pairs))], data.Train)
}

// ShowOne prints the pair with a number, starting at 1.
func ShowOne(ctx context.Context, out io.Writer, name, model string, prompts config.Prompts, number int) error {
	data, err := open.Data(ctx, name, "", 0, 0)
	if err != nil {
		return err
	}
	if all := len(data.Train.Pairs); number < 1 || number > all {
		return exit.WrongUse(fmt.Errorf("there is no pair %d; the pairs of %s are numbered from 1 to %d", number, data.Train.Source, all))
	}
	return showPairs(ctx, out, model, prompts, data.Train.Pairs[number-1:number], data.Train)
}

// showPairs prints some pairs of a set, and a histogram of the lengths of all.
func showPairs(ctx context.Context, out io.Writer, model string, prompts config.Prompts, pairs []preference.Pair, set *preference.Set) error {
	m, err := open.Prompted(ctx, model, prompts)
	if err != nil {
		return err
	}
	defer m.Close()
	page := newPage(out)
	for _, pair := range pairs {
		shown, err := preview.Of(pair, m.Chat, m.Tokenizer)
		if err != nil {
			return err
		}
		page.pair(shown)
	}
	lengths, err := preview.Lengths(ctx, set, m.Chat, maxMeasured)
	if err != nil {
		return err
	}
	fmt.Fprint(page.out, lengths.Text())
	return nil
}
