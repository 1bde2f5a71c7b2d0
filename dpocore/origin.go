package dpocore

import (
	"context"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
)

// Origin is how a run's pairs were named, so that they can be read again. What they held is in the run's hashes.
type Origin struct {
	Train    string  `json:"train"`                       // as FetchData takes it
	HeldOut  string  `json:"held_out,omitempty"`          // a set of its own, by name
	Fraction float64 `json:"held_out_fraction,omitempty"` // or this share of the pairs
	Seed     int     `json:"seed,omitempty"`              // by which the share was drawn
	Flipped  bool    `json:"flipped,omitempty"`           // chosen and rejected of the training pairs change places
}

// ofRound names the pairs of a round, which a file holds, with what data hold out; nil where that has no name.
func (d Data) ofRound(file string) *Origin {
	switch {
	case d.HeldOut == nil:
		return &Origin{Train: file}
	case d.Origin == nil || d.Origin.Fraction > 0:
		return nil
	case d.Origin.HeldOut != "":
		return &Origin{Train: file, HeldOut: d.Origin.HeldOut}
	default:
		return &Origin{Train: file, HeldOut: d.Origin.Train}
	}
}

// FetchAgain reads the pairs of a run again, as its record names them. train and heldOut, where they are not empty, are
// where the training and the held-out pairs lie now. progress, which may be nil, is told of what is fetched.
func (r Record) FetchAgain(ctx context.Context, train, heldOut string, progress hub.Progress) (Data, error) {
	if r.Data == nil {
		return Data{}, errors.New("the run's record does not say how its pairs were named: a program made them, or an earlier version of this one trained on them")
	}
	o := *r.Data
	if train != "" {
		o.Train = train
	}
	switch {
	case heldOut != "" && o.HeldOut == "":
		return Data{}, errors.New("the run held out no pairs of a set of their own: they are a share of the training pairs, or there are none")
	case heldOut != "":
		o.HeldOut = heldOut
	}
	data, err := FetchData(ctx, o.Train, o.HeldOut, o.Fraction, o.Seed, progress)
	if err != nil {
		return Data{}, err
	}
	if o.Flipped {
		data.Train = Flipped(data.Train)
		data.Origin.Flipped = true
	}
	if (data.Mix == nil) != (r.Mix == nil) {
		return Data{}, fmt.Errorf("the run's pairs were of the mix %s, and %s is of %s", r.Mix, o.Train, data.Mix)
	}
	if r.Mix != nil {
		data.Mix.By = r.Mix.By
	}
	data.Lineage = r.Lineage
	return data, nil
}

// Flipped is a set with chosen and rejected exchanged: a mistake to make on purpose.
func Flipped(set *preference.Set) *preference.Set {
	flipped := *set
	flipped.Pairs = make([]preference.Pair, len(set.Pairs))
	for i, pair := range set.Pairs {
		pair.Chosen, pair.Rejected = pair.Rejected, pair.Chosen
		flipped.Pairs[i] = pair
	}
	return &flipped
}
