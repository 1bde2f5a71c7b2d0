package dataset

import (
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/source"
)

// ShortName is the name of pairs for readers elsewhere, without the folder that a file is in.
func ShortName(name string) string {
	if name == Builtin {
		return "the built-in data"
	}
	if source.Is(name) || strings.Contains(name, "=") { // a published set, or a mix
		return name
	}
	return filepath.Base(name)
}

// Origin is how a run's pairs were named, so that they can be read again. The hashes in run.json identify their content.
type Origin struct {
	Train    string  `json:"train"`                       // as in Load
	HeldOut  string  `json:"held_out,omitempty"`          // the held-out pairs, by name
	Fraction float64 `json:"held_out_fraction,omitempty"` // or the share of the training pairs
	Seed     int     `json:"seed,omitempty"`              // with which the share was drawn
	Flipped  bool    `json:"flipped,omitempty"`           // chosen and rejected are swapped in the training pairs
	Answers  string  `json:"answers,omitempty"`           // the data has single answers: OfPairs or OfRecords
}

// RoundOrigin is the origin of a round's data: its pairs are in a file, its held-out pairs are those of d. It is nil if
// these have no name.
func (d Data) RoundOrigin(file string) *Origin {
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

// Flipped returns a set with chosen and rejected swapped, to show what that mistake does.
func Flipped(set *preference.Set) *preference.Set {
	flipped := *set
	flipped.Pairs = make([]preference.Pair, len(set.Pairs))
	for i, pair := range set.Pairs {
		pair.Chosen, pair.Rejected = pair.Rejected, pair.Chosen
		flipped.Pairs[i] = pair
	}
	return &flipped
}
