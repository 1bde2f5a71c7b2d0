package gonbext

import (
	"context"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/pairs"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/wording"
)

// Pairs is preference pairs to train on, and held-out pairs to evaluate on.
type Pairs struct{ set pairs.Set }

// Pair is one prompt with its two answers. Prompt has the turns of a conversation one below the other.
type Pair struct {
	Prompt, Chosen, Rejected string
}

// Load reads preference pairs: "builtin" for the pairs that come with this project, a file in JSON Lines, JSON, CSV or
// Parquet, gzipped or not, or a published data set. A fifth of the built-in pairs is held out, and a tenth of a file with
// 50 pairs or more; [Pairs.HoldOut] changes that.
func Load(name string) (p Pairs) {
	cell.Run(func(ctx context.Context) (err error) {
		p, err = load(ctx, name)
		return err
	})
	return p
}

func load(ctx context.Context, name string) (Pairs, error) {
	progress, done := cell.DownloadProgress()
	defer done()
	set, err := pairs.Load(ctx, name, progress)
	return Pairs{set}, err
}

// HoldOut holds out another fraction of all pairs for evaluation, from 0 to below 1. Pairs with the same prompt stay
// together.
func (p Pairs) HoldOut(share float64) (out Pairs) {
	cell.Run(func(context.Context) error {
		if err := p.set.Check(); err != nil {
			return err
		}
		if !(share >= 0 && share < 1) {
			return fmt.Errorf("the fraction to hold out is %g; it must be at least 0 and below 1 (0.1 is a tenth)", share)
		}
		out = Pairs{p.set.Split(share)}
		return nil
	})
	return out
}

// HeldOut is the pairs that training never sees.
func (p Pairs) HeldOut() Pairs {
	heldOut := p.set.HeldOut
	if heldOut == nil {
		heldOut = &preference.Set{}
		if p.set.Train != nil {
			heldOut.Source = p.set.Train.Source
		}
	}
	return Pairs{pairs.Set{Train: heldOut}}
}

// Flipped swaps chosen and rejected in the training pairs, and leaves the held-out pairs as they are: a deliberate mistake
// whose effects a lesson shows.
func (p Pairs) Flipped() Pairs { return Pairs{p.set.Flip()} }

// Judged orders the answers of all pairs, also of the held-out ones, by a judge: the chosen one is the one with the higher score. Pairs
// whose answers score alike are left out.
func (p Pairs) Judged(j judge.Judge) (out Pairs) {
	cell.Run(func(ctx context.Context) (err error) {
		if err := p.set.Check(); err != nil {
			return err
		}
		if j == nil {
			return errors.New("the judge is nil; pass one, such as gonbext.ByWords(40)")
		}
		out.set, err = p.set.Judged(ctx, j)
		return err
	})
	return out
}

// Len is the number of training pairs.
func (p Pairs) Len() int {
	if p.set.Train == nil {
		return 0
	}
	return len(p.set.Train.Pairs)
}

// Pick is one pair, by its number in the table that [Pairs.Show] draws.
func (p Pairs) Pick(i int) (picked Pair) {
	cell.Run(func(context.Context) error {
		pair, err := p.set.At(i)
		picked = Pair{Prompt: pair.PromptText(), Chosen: pair.Chosen, Rejected: pair.Rejected}
		return err
	})
	return picked
}

// Show shows the first n pairs as a table, numbered from 0.
func (p Pairs) Show(n int) {
	cell.Run(func(context.Context) error {
		cell.Show(views.Pairs(p.first(n)))
		return nil
	})
}

func (p Pairs) first(n int) []preference.Pair {
	if p.set.Train == nil {
		return nil
	}
	return p.set.Train.Pairs[:max(0, min(n, p.Len()))]
}

// Show shows the pair.
func (p Pair) Show() {
	cell.Run(func(context.Context) error {
		cell.Show(output.Table{Columns: []string{"prompt", "chosen", "rejected"}, Rows: [][]string{{p.Prompt, p.Chosen, p.Rejected}}})
		return nil
	})
}

// String describes pairs that end a cell without Show.
func (p Pairs) String() string {
	if p.set.Train == nil {
		return "no pairs"
	}
	return fmt.Sprintf("%s, %s", wording.Count(p.Len(), "pair"), p.set.Train.Source)
}
