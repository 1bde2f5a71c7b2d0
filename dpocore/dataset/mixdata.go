package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/suggest"
)

// fetchMixOf reads a mix and its pairs, and those to evaluate on where they are named apart.
func fetchMixOf(ctx context.Context, text, eval string, fraction float64, seed int, progress hub.Progress) (Data, error) {
	mix, err := ParseMix(text)
	if err != nil {
		return Data{}, err
	}
	data, err := fetchMix(ctx, mix, fraction, seed, progress)
	if err != nil || eval == "" {
		return data, err
	}
	data.HeldOut, err = fetchHeldOut(ctx, eval, progress)
	return data, err
}

// fetchMix reads the pairs of a mix: those of its objectives one after the other, each marked with the objective's name.
// What is held out is what each objective's data hold out, or that fraction of each.
func fetchMix(ctx context.Context, mix *Mix, fraction float64, seed int, progress hub.Progress) (Data, error) {
	data := Data{Mix: mix}
	for _, o := range mix.Objectives {
		own, err := Fetch(ctx, o.Data, "", fraction, seed, progress)
		if err != nil {
			return Data{}, fmt.Errorf("the objective %q of the mix: %w", o.Name, notThere(o.Data, err))
		}
		if own.Mix != nil {
			return Data{}, fmt.Errorf("the objective %q of the mix is a mix itself; name its parts", o.Name)
		}
		if o.Weight > 0 {
			data.Train = joined(data.Train, own.Train, o.Name)
		}
		if own.HeldOut != nil {
			data.HeldOut = joined(data.HeldOut, own.HeldOut, o.Name)
		}
	}
	return data, nil
}

// notThere says of data that are neither a file nor a source which objectives there are; another error it leaves.
func notThere(data string, err error) error {
	names, fault := BuiltinObjectives()
	if fault != nil || !errors.Is(err, fs.ErrNotExist) || strings.ContainsAny(data, `./\`) {
		return err
	}
	for _, name := range names {
		if suggest.Distance(strings.ToLower(data), name) <= 3 {
			return fmt.Errorf("there is no file or source %q; did you mean %s?", data, name)
		}
	}
	return fmt.Errorf("there is no file or source %q, and no such objective of the built-in pairs (%s)", data, strings.Join(names, ", "))
}

// joined adds the pairs of a set, as an objective's, to those of a mix.
func joined(into, set *preference.Set, objective string) *preference.Set {
	if into == nil {
		into = &preference.Set{Source: set.Source, Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	}
	if !strings.HasSuffix(into.Source, set.Source) {
		into.Source += " + " + set.Source
	}
	if !set.Columns.Exact() {
		into.Notes = append(into.Notes, fmt.Sprintf("%s: %s", set.Source, set.Columns))
	}
	for _, pair := range set.Pairs {
		pair.Objective = objective
		into.Pairs = append(into.Pairs, pair)
	}
	into.Skipped = append(into.Skipped, set.Skipped...)
	into.Notes = append(into.Notes, set.Notes...)
	return into
}

// builtinObjective is the part of the built-in pairs that has an objective; ok is false for a name that none has, and
// for that of a file.
func builtinObjective(name string) (train, heldOut *preference.Set, ok bool, err error) {
	if _, err := os.Stat(name); err == nil {
		return nil, nil, false, nil
	}
	names, err := BuiltinObjectives()
	if err != nil || !slices.Contains(names, name) {
		return nil, nil, false, err
	}
	train, heldOut, err = preference.Builtin()
	if err != nil {
		return nil, nil, false, err
	}
	for _, set := range []*preference.Set{train, heldOut} {
		set.Pairs = slices.DeleteFunc(set.Pairs, func(pair preference.Pair) bool { return pair.Objective != name })
		if len(set.Pairs) == 0 {
			return nil, nil, false, errors.New("the built-in pairs of " + name + " are missing")
		}
	}
	return train, heldOut, true, nil
}
