// Package pairs reads and splits the preference pairs of a cell.
package pairs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/cell"
)

// A file with at least holdOutFrom pairs has the fraction holdOutFraction of its pairs held out, split by prompt.
const (
	holdOutFraction = 0.1
	holdOutFrom     = 50
	splitSeed       = 42
)

// Set is preference pairs for training and for evaluation.
type Set struct {
	Train, HeldOut *preference.Set // HeldOut may be nil
	Mix            *dataset.Mix    // of objectives, nil for none
	Origin         *dataset.Origin // how to read the pairs again, nil if that can't be recorded
}

// Load reads pairs by name: "builtin", a file, a published data set or a mix.
func Load(ctx context.Context, name string, progress hub.Progress) (Set, error) {
	if dataset.IsMix(name) {
		return Mix(ctx, name, progress)
	}
	train, heldOut, err := dataset.FetchPairs(ctx, name, progress)
	if errors.Is(err, os.ErrNotExist) {
		return Set{}, missing(name)
	}
	if err != nil {
		return Set{}, err
	}
	s := Set{Train: train, HeldOut: heldOut, Origin: &dataset.Origin{Train: name}}
	if heldOut == nil && len(train.Pairs) >= holdOutFrom {
		s = s.Split(holdOutFraction)
	}
	return s.limited()
}

// Mix reads a weighted mix of objectives.
func Mix(ctx context.Context, text string, progress hub.Progress) (Set, error) {
	mix, err := dataset.ParseMix(text)
	if err != nil {
		return Set{}, err
	}
	data, err := dataset.Fetch(ctx, text, "", 0, splitSeed, progress)
	if err != nil {
		return Set{}, err
	}
	return Set{Train: data.Train, HeldOut: data.HeldOut, Mix: mix, Origin: data.Origin}.limited()
}

// limited applies the environment's limit on held-out pairs. If that removes pairs, the origin no longer describes them.
func (s Set) limited() (Set, error) {
	if s.HeldOut == nil {
		return s, nil
	}
	limit, err := cell.Limit(cell.MaxHeldOut, len(s.HeldOut.Pairs))
	if err == nil && limit < len(s.HeldOut.Pairs) {
		s.HeldOut, s.Origin = s.HeldOut.Spread(limit), nil
	}
	return s, err
}

// missing is the error for a file that does not exist, with the files of pairs in the same folder.
func missing(name string) error {
	folder := filepath.Dir(name)
	var near []string
	for _, pattern := range []string{"*.jsonl", "*.json", "*.csv", "*.parquet", "*.jsonl.gz"} {
		found, _ := filepath.Glob(filepath.Join(folder, pattern)) // the patterns are valid
		near = append(near, found...)
	}
	if len(near) == 0 {
		return fmt.Errorf("there is no file %q; check the name, or use \"builtin\" for the pairs that come with this project", name)
	}
	const maxListed = 5
	return fmt.Errorf("there is no file %q; the folder contains %s", name, strings.Join(near[:min(maxListed, len(near))], ", "))
}

// Split holds out another fraction of all pairs. Pairs with the same prompt stay together.
func (s Set) Split(fraction float64) Set {
	all := *s.Train
	if s.HeldOut != nil {
		all.Pairs = append(append([]preference.Pair{}, s.Train.Pairs...), s.HeldOut.Pairs...)
	}
	train, heldOut := all.Split(fraction, splitSeed)
	train.Skipped = s.Train.Skipped
	if len(heldOut.Pairs) == 0 {
		heldOut = nil
	}
	return Set{Train: train, HeldOut: heldOut, Mix: s.Mix, Origin: s.splitOrigin(fraction)}
}

// splitOrigin describes the pairs after Split, nil if reading them again would give others: a file that was already split
// would come in another order, and a mix holds out a fraction of each objective.
func (s Set) splitOrigin(fraction float64) *dataset.Origin {
	unsplit := s.HeldOut == nil || s.Origin != nil && s.Origin.Train == dataset.Builtin
	if s.Origin == nil || s.Mix != nil || s.Origin.Flipped || !unsplit || fraction == 0 {
		return nil
	}
	return &dataset.Origin{Train: s.Origin.Train, Fraction: fraction, Seed: splitSeed}
}

// Flip swaps chosen and rejected in the training pairs.
func (s Set) Flip() Set {
	if s.Train == nil {
		return s
	}
	s.Train = dataset.Flipped(s.Train)
	if s.Origin != nil {
		origin := *s.Origin
		origin.Flipped = !origin.Flipped
		s.Origin = &origin
	}
	return s
}

// Judged orders the answers of all pairs by a judge.
func (s Set) Judged(ctx context.Context, j judge.Judge) (judged Set, err error) {
	judged.Mix = s.Mix
	if judged.Train, err = judge.Relabel(ctx, j, s.Train); err != nil || s.HeldOut == nil {
		return judged, err
	}
	judged.HeldOut, err = judge.Relabel(ctx, j, s.HeldOut)
	return judged, err
}

// WeightLoss makes a mix's weights scale the loss instead of the sampling.
func (s Set) WeightLoss() Set {
	if s.Mix != nil {
		mix := *s.Mix
		mix.By = dataset.MixLoss
		s.Mix = &mix
	}
	return s
}

// At is training pair i, from 0.
func (s Set) At(i int) (preference.Pair, error) {
	if s.Train == nil {
		return preference.Pair{}, s.Check()
	}
	if n := len(s.Train.Pairs); i < 0 || i >= n {
		return preference.Pair{}, fmt.Errorf("there is no pair %d; the %d pairs are numbered from 0 to %d", i, n, n-1)
	}
	return s.Train.Pairs[i], nil
}

// One is a set of training pair i alone.
func (s Set) One(i int) (*preference.Set, error) {
	pair, err := s.At(i)
	if err != nil {
		return nil, err
	}
	return &preference.Set{Pairs: []preference.Pair{pair}, Source: s.Train.Source}, nil
}

// Check returns an error if there are no training pairs.
func (s Set) Check() error {
	if s.Train == nil {
		return errors.New("there are no pairs; load some with gonbext.Load(\"builtin\")")
	}
	return nil
}

// ForEvaluation is the held-out pairs, or all pairs if none are held out.
func (s Set) ForEvaluation() (*preference.Set, error) {
	for _, set := range []*preference.Set{s.HeldOut, s.Train} {
		if set != nil && len(set.Pairs) > 0 {
			return set, nil
		}
	}
	return nil, errors.New("there are no pairs to evaluate on; load some with gonbext.Load(\"builtin\")")
}

// Data is the pairs as training takes them.
func (s Set) Data() dataset.Data {
	return dataset.Data{Train: s.Train, HeldOut: s.HeldOut, Mix: s.Mix, Origin: s.Origin}
}

// Caption names the pairs' source.
func (s Set) Caption() string {
	if s.Train.Source == dataset.Builtin {
		return "The built-in pairs"
	}
	return "The pairs of " + s.Train.Source
}
