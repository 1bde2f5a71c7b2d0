package dataset

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
)

// Where single answers come from.
const (
	OfRecords = "records" // of files with one answer in a record, see [pairfile.ReadAnswers]
	OfPairs   = "chosen"  // the chosen answers of pairs
)

// FetchAnswers is [Fetch] for single answers, to fine-tune on: records of files, or the chosen answers of pairs by any name.
func FetchAnswers(ctx context.Context, from, train, eval string, fraction float64, seed int, progress hub.Progress) (data Data, err error) {
	if from == OfPairs {
		data, err = Fetch(ctx, train, eval, fraction, seed, progress)
	} else {
		data, err = recordsOf(train, eval, fraction, seed)
	}
	if err != nil {
		return Data{}, err
	}
	all := len(data.Train.Pairs)
	data = data.ChosenOnly()
	if all > 0 && len(data.Train.Pairs) == 0 {
		return Data{}, fmt.Errorf("%s has no good answers, which fine-tuning learns: all %d are labelled as bad", train, all)
	}
	data.Origin.Answers = from
	return data, nil
}

// ChosenOnly returns data with the chosen answers of its pairs alone, or with its single answers as they are.
func (d Data) ChosenOnly() Data {
	d.Train, d.HeldOut = single(d.Train), single(d.HeldOut)
	if d.Origin != nil {
		origin := *d.Origin
		origin.Answers = OfPairs
		d.Origin = &origin
	}
	return d
}

func single(set *preference.Set) *preference.Set {
	if set == nil {
		return nil
	}
	if _, bad := set.Sides(); set.Single() && bad == 0 {
		return set
	}
	return set.ChosenOnly()
}

// recordsOf reads files with one answer in a record.
func recordsOf(train, eval string, fraction float64, seed int) (data Data, err error) {
	data.Origin = &Origin{Train: train, HeldOut: eval, Fraction: fraction}
	if train == Builtin {
		return data, fmt.Errorf("%q has preference pairs; to fine-tune on their chosen answers: dpo sft --chosen --data %s", train, train)
	}
	if data.Train, err = pairfile.ReadAnswers(train); err != nil {
		return data, err
	}
	switch {
	case eval != "":
		data.HeldOut, err = pairfile.ReadAnswers(eval)
	case fraction > 0:
		skipped, notes := data.Train.Skipped, data.Train.Notes
		data.Train, data.HeldOut = data.Train.Split(fraction, int64(seed))
		if len(data.HeldOut.Pairs) == 0 {
			return data, oneSided(train)
		}
		data.Train.Skipped, data.Train.Notes, data.Origin.Seed = skipped, notes, seed
	}
	return data, err
}
