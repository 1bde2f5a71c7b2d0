package gonbext

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/preference"
)

// Of a file's pairs this share is held out for evaluation, by prompt, where it holds at least holdOutFrom.
const (
	holdOutShare = 0.1
	holdOutFrom  = 50
	splitSeed    = 42
)

// Pairs are preference pairs to train on, with those that are held out to evaluate on.
type Pairs struct {
	train, heldOut *preference.Set // heldOut may be nil
	mix            *dataset.Mix    // of objectives, nil for none
	origin         *dataset.Origin // how to read them again, nil where that can't be said
}

// Pair is one prompt with its two answers. A conversation's turns stand in Prompt one below the other.
type Pair struct {
	Prompt, Chosen, Rejected string
}

// Load reads preference pairs: "builtin" for those that come with this project, or the name of a
// file in JSON Lines, JSON, CSV or Parquet, gzipped or not. Of the built-in pairs a fifth is held out, of a file with 50
// pairs or more a tenth; [Pairs.HoldOut] sets another share.
func Load(name string) (p Pairs) {
	cell(func(ctx context.Context) (err error) {
		p, err = load(ctx, name)
		return err
	})
	return p
}

func load(ctx context.Context, name string) (Pairs, error) {
	if dataset.IsMix(name) {
		return mixed(ctx, name)
	}
	progress, done := fetching()
	defer done()
	set, held, err := dataset.FetchPairs(ctx, name, progress)
	if errors.Is(err, os.ErrNotExist) {
		return Pairs{}, missing(name)
	}
	if err != nil {
		return Pairs{}, err
	}
	p := Pairs{train: set, heldOut: held, origin: &dataset.Origin{Train: name}}
	if held == nil && len(set.Pairs) >= holdOutFrom {
		p = p.split(holdOutShare)
	}
	return p.shortened()
}

// shortened has as many held-out pairs as the environment allows. Where that is not all, its runs can't be made again by
// name.
func (p Pairs) shortened() (Pairs, error) {
	if p.heldOut == nil {
		return p, nil
	}
	most, err := limit(maxHeldOutEnv, len(p.heldOut.Pairs))
	if err == nil && most < len(p.heldOut.Pairs) {
		p.heldOut, p.origin = p.heldOut.Spread(most), nil
	}
	return p, err
}

// missing says that there is no such file, and which there are.
func missing(name string) error {
	folder := filepath.Dir(name)
	var near []string
	for _, pattern := range []string{"*.jsonl", "*.json", "*.csv", "*.parquet", "*.jsonl.gz"} {
		found, _ := filepath.Glob(filepath.Join(folder, pattern)) // the patterns are sound
		near = append(near, found...)
	}
	if len(near) == 0 {
		return fmt.Errorf("there is no file %q; check the name, or take \"builtin\" for the pairs that come with this project", name)
	}
	const most = 5
	return fmt.Errorf("there is no file %q; the folder has %s", name, strings.Join(near[:min(most, len(near))], ", "))
}

// HoldOut sets aside another share of all pairs for evaluation, from 0 to 1; pairs with the same prompt stay together.
func (p Pairs) HoldOut(share float64) (out Pairs) {
	cell(func(context.Context) error {
		if !(share >= 0 && share < 1) {
			return fmt.Errorf("the share to hold out is %g; it must be at least 0 and below 1 (0.1 is a tenth)", share)
		}
		out = p.split(share)
		return nil
	})
	return out
}

func (p Pairs) split(share float64) Pairs {
	all := *p.train
	if p.heldOut != nil {
		all.Pairs = append(append([]preference.Pair{}, p.train.Pairs...), p.heldOut.Pairs...)
	}
	train, held := all.Split(share, splitSeed)
	train.Skipped = p.train.Skipped
	if len(held.Pairs) == 0 {
		held = nil
	}
	return Pairs{train: train, heldOut: held, mix: p.mix, origin: p.splitOrigin(share)}
}

// splitOrigin is how to read the pairs with another share held out. Of a file's pairs that were held out before, the order
// would be another one, and a mix holds out a share of each objective.
func (p Pairs) splitOrigin(share float64) *dataset.Origin {
	whole := p.heldOut == nil || p.origin != nil && p.origin.Train == dataset.Builtin
	if p.origin == nil || p.mix != nil || p.origin.Flipped || !whole || share == 0 {
		return nil
	}
	return &dataset.Origin{Train: p.origin.Train, Fraction: share, Seed: splitSeed}
}

// HeldOut are the pairs that training never sees.
func (p Pairs) HeldOut() Pairs {
	if p.heldOut == nil {
		return Pairs{train: &preference.Set{Source: p.train.Source}}
	}
	return Pairs{train: p.heldOut}
}

// Flipped exchanges chosen and rejected of the pairs to train on, and leaves those held out as they are: a mistake to make
// on purpose, and to look at.
func (p Pairs) Flipped() Pairs {
	if p.train == nil {
		return p
	}
	p.train = dataset.Flipped(p.train)
	if p.origin != nil {
		origin := *p.origin
		origin.Flipped = !origin.Flipped
		p.origin = &origin
	}
	return p
}

// Len is the number of pairs to train on.
func (p Pairs) Len() int { return len(p.train.Pairs) }

// Pick is one pair, by its number in the table that Show draws.
func (p Pairs) Pick(i int) (picked Pair) {
	cell(func(context.Context) error {
		pair, err := p.at(i)
		picked = Pair{Prompt: promptText(pair), Chosen: pair.Chosen, Rejected: pair.Rejected}
		return err
	})
	return picked
}

func (p Pairs) at(i int) (preference.Pair, error) {
	if i < 0 || i >= len(p.train.Pairs) {
		return preference.Pair{}, fmt.Errorf("there is no pair %d; the %d pairs are numbered from 0 to %d", i, p.Len(), p.Len()-1)
	}
	return p.train.Pairs[i], nil
}

// one is a set of a single pair.
func (p Pairs) one(i int) (*preference.Set, error) {
	pair, err := p.at(i)
	return &preference.Set{Pairs: []preference.Pair{pair}, Source: p.train.Source}, err
}

func (p Pairs) data() dataset.Data {
	return dataset.Data{Train: p.train, HeldOut: p.heldOut, Mix: p.mix, Origin: p.origin}
}

// Show draws the first n pairs as a table, with their numbers.
func (p Pairs) Show(n int) {
	cell(func(context.Context) error {
		show(p.table(n))
		return nil
	})
}

// Show draws the pair.
func (p Pair) Show() {
	cell(func(context.Context) error {
		show(table{columns: []string{"prompt", "chosen", "rejected"}, rows: [][]string{{p.Prompt, p.Chosen, p.Rejected}}})
		return nil
	})
}

func (p Pairs) table(n int) table {
	t := table{columns: []string{"#", "prompt", "chosen", "rejected"}}
	for i, pair := range p.train.Pairs[:max(0, min(n, p.Len()))] {
		t.rows = append(t.rows, []string{strconv.Itoa(i), promptText(pair), pair.Chosen, pair.Rejected})
	}
	return t
}

// promptText is a prompt for reading: a single question as it is, a conversation with its speakers.
func promptText(pair preference.Pair) string {
	if len(pair.Prompt) == 1 && pair.Prompt[0].Role == "user" {
		return pair.Prompt[0].Content
	}
	var turns []string
	for _, turn := range pair.Prompt {
		turns = append(turns, turn.Role+": "+turn.Content)
	}
	return strings.Join(turns, "\n\n")
}

// String makes a Pairs that ends a cell without Show readable.
func (p Pairs) String() string {
	if p.train == nil {
		return "no pairs"
	}
	return fmt.Sprintf("%d pairs, %s", p.Len(), p.train.Source)
}
