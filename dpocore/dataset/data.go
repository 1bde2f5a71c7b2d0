// Package dataset reads training data by name: files, the built-in pairs, published sets, rankings, and mixes of them.
//
// Start with [Load]; [Mix] is several objectives at once, [Origin] and [Lineage] record where pairs came from.
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
	"example.com/gonb-dpo/internal/wording"
)

// Builtin is the name of the built-in pairs, accepted wherever a file of pairs is.
const Builtin = "builtin"

// Data are the pairs of a run.
type Data struct {
	Train   *preference.Set
	HeldOut *preference.Set // nil to evaluate nothing
	Mix     *Mix            // the pairs carry the names of its objectives; nil for a single objective
	Origin  *Origin         // how the pairs were named, for run.json; nil if a program made them
	Lineage *Lineage        // what a round of iterative DPO was made from, for run.json
}

// maxSourceHeldOut is the number of pairs to evaluate of a published test split, since a run evaluates them every few
// steps.
const maxSourceHeldOut = 200

// Load reads the pairs to train on and those to evaluate on. Each is a file, a pattern of files such as
// data/*.jsonl, "builtin" or one of its objectives, a name in [source.Names], a dataset on the hub ([source.ParseHub]), or a mix of
// these ([ParseMix]). If eval is "", a fraction of the training pairs is held out, drawn with
// the seed. If the fraction is 0 too, it is the held-out fifth of the built-in pairs, the start of a source's test split,
// or nothing for other data.
func Load(train, eval string, fraction float64, seed int) (Data, error) {
	return Fetch(context.Background(), train, eval, fraction, seed, nil)
}

// Fetch is [Load] with a context and download progress; progress may be nil.
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

// fetch is Fetch without the origin.
func fetch(ctx context.Context, train, eval string, fraction float64, seed int, progress hub.Progress) (Data, error) {
	if math.IsNaN(fraction) || fraction < 0 || fraction >= 1 {
		return Data{}, fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", fraction)
	}
	if eval != "" && fraction > 0 {
		return Data{}, errors.New("both held-out pairs and a held-out fraction are given; give only one of them")
	}
	if IsMix(train) {
		return fetchNamedMix(ctx, train, eval, fraction, seed, progress)
	}
	pairs, heldOut, err := FetchPairs(ctx, train, progress)
	if err != nil {
		return Data{}, err
	}
	switch {
	case eval != "":
		heldOut, err = fetchHeldOut(ctx, eval, progress)
		return Data{Train: pairs, HeldOut: heldOut}, err
	case fraction > 0:
		if heldOut != nil && !isPublished(train) {
			pairs.Pairs = append(pairs.Pairs, heldOut.Pairs...)
		}
		skipped, notes := pairs.Skipped, pairs.Notes
		rest, split := pairs.Split(fraction, int64(seed))
		if len(split.Pairs) == 0 {
			return Data{}, oneSided(train)
		}
		rest.Skipped, rest.Notes = skipped, notes
		return Data{Train: rest, HeldOut: split}, nil
	default:
		return Data{Train: pairs, HeldOut: heldOut}, nil
	}
}

// oneSided is the error for data of which no share can be held out.
func oneSided(name string) error {
	return fmt.Errorf("%s has pairs of one prompt only, so that no share of them can be held out; add pairs, name held-out pairs, or hold out none", name)
}

// fetchHeldOut reads pairs to evaluate on: the held-out part of the data if there is one, else all of it.
func fetchHeldOut(ctx context.Context, name string, progress hub.Progress) (*preference.Set, error) {
	pairs, heldOut, err := FetchPairs(ctx, name, progress)
	if heldOut != nil {
		return heldOut, err
	}
	return pairs, err
}

// ReadPairs reads data by name. heldOut is the part that the data itself holds out; nil if none.
func ReadPairs(name string) (pairs, heldOut *preference.Set, err error) {
	return FetchPairs(context.Background(), name, nil)
}

// FetchPairs is [ReadPairs] with a context and download progress; progress may be nil.
func FetchPairs(ctx context.Context, name string, progress hub.Progress) (pairs, heldOut *preference.Set, err error) {
	if name == Builtin {
		return preference.Builtin()
	}
	if IsMix(name) {
		data, err := fetchNamedMix(ctx, name, "", 0, 0, progress)
		return data.Train, data.HeldOut, err
	}
	if pairs, heldOut, ok, err := builtinObjective(name); ok || err != nil {
		return pairs, heldOut, err
	}
	if source.Is(name) {
		pairs, heldOut, err = source.Load(ctx, name, source.DefaultOptions(), progress)
		return pairs, shortened(heldOut), err
	}
	if set, ok := hubSet(name); ok {
		if pairs, heldOut, err = set.Load(ctx, progress); err != nil {
			return nil, nil, fmt.Errorf("there is no file %s, and as a dataset on the hub: %w", name, err)
		}
		return pairs, shortened(heldOut), nil
	}
	if ranking.Is(name) {
		return rankedPairs(name)
	}
	if files, ok, err := matches(name); ok || err != nil {
		if err == nil {
			pairs, err = pairfile.ReadFiles(name, files, nil)
		}
		return pairs, nil, err
	}
	pairs, err = pairfile.ReadFile(name)
	if near := source.Nearest(name); errors.Is(err, fs.ErrNotExist) && len(near) > 0 {
		return nil, nil, fmt.Errorf("no such file or source: %s; did you mean %s?", name, wording.Or(near))
	}
	if errors.Is(err, fs.ErrNotExist) && areFiles(strings.Split(name, ",")) {
		return nil, nil, fmt.Errorf("%s are several files; join them in one, or give each a name and a weight, as in first:%s=1,second:%s=1", name, strings.Split(name, ",")[0], strings.Split(name, ",")[1])
	}
	return pairs, nil, err
}

// rankedPairs returns all pairs that follow from a file of rankings.
func rankedPairs(file string) (pairs, heldOut *preference.Set, err error) {
	log, err := ranking.Read(file)
	if err != nil {
		return nil, nil, err
	}
	pairs, err = log.Pairs(preference.ListOptions{})
	return pairs, nil, err
}
