package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/dpocore/source"
)

// BuiltinName names the pairs that come with this project wherever a file of pairs can be named.
const Builtin = "builtin"

// Data are the pairs of a run. HeldOut may be nil: then nothing is evaluated. With a Mix, pairs have the names of its
// objectives.
type Data struct {
	Train, HeldOut *preference.Set
	Mix            *Mix     // nil for one objective, whatever the pairs say
	Origin         *Origin  // how the pairs were named, kept in run.json; nil where a program made them
	Lineage        *Lineage // of a round, what it was made of; kept in run.json
}

// sourceHeldOut is how many pairs of a published test split are held out: a run evaluates them every few steps.
const sourceHeldOut = 200

// LoadData reads the pairs to train on and those to evaluate on. Each is a file, "builtin" or an objective of it, a name
// of [source.Names], or a mix of these ([ParseMix]);
// without evaluation pairs a fraction of the training pairs is held out, and where the fraction is 0 the built-in pairs'
// own held-out fifth, or the beginning of a source's test split.
func Load(train, eval string, fraction float64, seed int) (Data, error) {
	return Fetch(context.Background(), train, eval, fraction, seed, nil)
}

// FetchData is [LoadData], and tells progress, which may be nil, of what it fetches.
func Fetch(ctx context.Context, train, eval string, fraction float64, seed int, progress hub.Progress) (Data, error) {
	data, err := fetch(ctx, train, eval, fraction, seed, progress)
	if err != nil {
		return Data{}, err
	}
	data.Origin = &Origin{Train: train, HeldOut: eval, Fraction: fraction}
	if fraction > 0 {
		data.Origin.Seed = seed
	}
	return data, nil
}

func fetch(ctx context.Context, train, eval string, fraction float64, seed int, progress hub.Progress) (Data, error) {
	if math.IsNaN(fraction) || fraction < 0 || fraction >= 1 {
		return Data{}, fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", fraction)
	}
	if eval != "" && fraction > 0 {
		return Data{}, errors.New("held-out pairs are named twice, by a file and by a fraction; give one")
	}
	if IsMix(train) {
		return fetchMixOf(ctx, train, eval, fraction, seed, progress)
	}
	pairs, rest, err := FetchPairs(ctx, train, progress)
	if err != nil {
		return Data{}, err
	}
	switch {
	case eval != "":
		held, err := fetchHeldOut(ctx, eval, progress)
		return Data{Train: pairs, HeldOut: held}, err
	case fraction > 0:
		if rest != nil && !source.Is(train) {
			pairs.Pairs = append(pairs.Pairs, rest.Pairs...)
		}
		skipped, notes := pairs.Skipped, pairs.Notes
		kept, held := pairs.Split(fraction, int64(seed))
		kept.Skipped, kept.Notes = skipped, notes
		return Data{Train: kept, HeldOut: held}, nil
	default:
		return Data{Train: pairs, HeldOut: rest}, nil
	}
}

// fetchHeldOut reads pairs to evaluate on: of those that hold some out by themselves, these.
func fetchHeldOut(ctx context.Context, name string, progress hub.Progress) (*preference.Set, error) {
	pairs, own, err := FetchPairs(ctx, name, progress)
	if own != nil {
		return own, err
	}
	return pairs, err
}

// ReadPairs reads a file, or the built-in pairs or those of a source, with the pairs that are held out of these apart.
func ReadPairs(name string) (pairs, heldOut *preference.Set, err error) {
	return FetchPairs(context.Background(), name, nil)
}

// FetchPairs is [ReadPairs], and tells progress, which may be nil, of what it fetches.
func FetchPairs(ctx context.Context, name string, progress hub.Progress) (pairs, heldOut *preference.Set, err error) {
	if name == Builtin {
		return preference.Builtin()
	}
	if IsMix(name) {
		data, err := fetchMixOf(ctx, name, "", 0, 0, progress)
		return data.Train, data.HeldOut, err
	}
	if pairs, heldOut, ok, err := builtinObjective(name); ok || err != nil {
		return pairs, heldOut, err
	}
	if source.Is(name) {
		pairs, heldOut, err = source.Load(ctx, name, source.DefaultOptions(), progress)
		if err == nil && heldOut != nil && len(heldOut.Pairs) > sourceHeldOut {
			heldOut.Notes = append(heldOut.Notes, fmt.Sprintf("the first %d of %d held-out pairs are evaluated", sourceHeldOut, len(heldOut.Pairs)))
			heldOut.Pairs, heldOut.Skipped = heldOut.Pairs[:sourceHeldOut], nil
		}
		return pairs, heldOut, err
	}
	if ranking.Is(name) {
		return rankedPairs(name)
	}
	pairs, err = pairfile.ReadFile(name)
	if near := source.Nearest(name); errors.Is(err, fs.ErrNotExist) && len(near) > 0 {
		return nil, nil, fmt.Errorf("%s: there is no such file, and no such source; did you mean %s?", name, strings.Join(near, " or "))
	}
	return pairs, nil, err
}

// rankedPairs are all pairs that follow from a file of rankings.
func rankedPairs(file string) (pairs, heldOut *preference.Set, err error) {
	log, err := ranking.Read(file)
	if err != nil {
		return nil, nil, err
	}
	pairs, err = log.Pairs(preference.ListOptions{})
	return pairs, nil, err
}
