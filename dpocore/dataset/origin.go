package dataset

import (
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
func (d Data) OfRound(file string) *Origin {
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
