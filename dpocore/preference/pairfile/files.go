package pairfile

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// ReadFiles reads several files with the same columns as one set, in their order. source is the name of all; shown are the names of the
// files in pairs and errors, or nil for their paths.
func ReadFiles(source string, paths, shown []string) (*preference.Set, error) {
	if shown == nil {
		shown = paths
	}
	all := &preference.Set{Source: source}
	for i, path := range paths {
		set, err := readNamed(path, shown[i])
		if err != nil {
			return nil, err
		}
		if i == 0 {
			all.Columns = set.Columns
		} else if got, want := set.Columns.String(), all.Columns.String(); got != want {
			return nil, fmt.Errorf("%s has other columns than %s (%s, and %s); read them apart, and mix them as in a:FILE=1,b:FILE=1", shown[i], shown[0], got, want)
		}
		all.Pairs = append(all.Pairs, set.Pairs...)
		for _, skip := range set.Skipped {
			skip.Source = shown[i]
			all.Skipped = append(all.Skipped, skip)
		}
		for _, note := range set.Notes {
			all.Notes = append(all.Notes, fmt.Sprintf("%s: %s", shown[i], note))
		}
	}
	if len(paths) > 1 {
		all.Notes = append(all.Notes, fmt.Sprintf("read %s, from %s to %s", wording.Count(len(paths), "file"), shown[0], shown[len(shown)-1]))
	}
	return all, nil
}
