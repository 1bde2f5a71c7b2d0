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

// fetchNamedMix parses a mix and reads its pairs. If eval is not "", the pairs to evaluate on come from there.
func fetchNamedMix(ctx context.Context, text, eval string, fraction float64, seed int, progress hub.Progress) (Data, error) {
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

// fetchMix reads the pairs of a mix: objective after objective, each pair marked with its objective's name. Held out is
// what each objective's data holds out, or the given fraction of each.
func fetchMix(ctx context.Context, mix *Mix, fraction float64, seed int, progress hub.Progress) (Data, error) {
	all := Data{Mix: mix}
	for _, o := range mix.Objectives {
		data, err := Fetch(ctx, o.Data, "", fraction, seed, progress)
		if err != nil {
			return Data{}, fmt.Errorf("the objective %q of the mix: %w", o.Name, explainMissing(o.Data, err))
		}
		if data.Mix != nil {
			return Data{}, fmt.Errorf("the objective %q of the mix is itself a mix; list its parts instead", o.Name)
		}
		if o.Weight > 0 {
			all.Train = appendPairs(all.Train, data.Train, o.Name)
		}
		if data.HeldOut != nil {
			all.HeldOut = appendPairs(all.HeldOut, data.HeldOut, o.Name)
		}
	}
	return all, nil
}

// explainMissing adds the names of the objectives to the error of data that is neither a file nor a source. It returns
// other errors unchanged.
func explainMissing(data string, err error) error {
	names, builtinErr := builtinObjectives()
	if builtinErr != nil || !errors.Is(err, fs.ErrNotExist) || strings.ContainsAny(data, `./\`) {
		return err
	}
	for _, name := range names {
		if suggest.Distance(strings.ToLower(data), name) <= 3 {
			return fmt.Errorf("no such file, source or objective: %q; did you mean %s?", data, name)
		}
	}
	return fmt.Errorf("no such file, source or objective: %q; the objectives of the built-in pairs are %s", data, strings.Join(names, ", "))
}

// appendPairs appends the pairs of a set, marked with an objective, to those of a mix, which is nil at first.
func appendPairs(into, set *preference.Set, objective string) *preference.Set {
	if into == nil {
		into = &preference.Set{Source: set.Source, Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	}
	if !strings.HasSuffix(into.Source, set.Source) {
		into.Source += " + " + set.Source
	}
	if columns := set.Columns.Note(); columns != "" {
		into.Notes = append(into.Notes, fmt.Sprintf("%s: %s", set.Source, columns))
	}
	for _, pair := range set.Pairs {
		pair.Objective = objective
		into.Pairs = append(into.Pairs, pair)
	}
	into.Skipped = append(into.Skipped, set.Skipped...)
	into.Notes = append(into.Notes, set.Notes...)
	return into
}

// builtinObjective returns the built-in pairs of an objective; ok is false if name is no objective, or an existing file.
func builtinObjective(name string) (train, heldOut *preference.Set, ok bool, err error) {
	if _, err := os.Stat(name); err == nil {
		return nil, nil, false, nil
	}
	names, err := builtinObjectives()
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
