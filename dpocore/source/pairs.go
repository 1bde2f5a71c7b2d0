package source

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
)

// readPairs reads a file of pairs that must also have the given columns.
func readPairs(into *preference.Set, path string, required []string) error {
	pairs, err := pairfile.ReadFile(path)
	if err != nil {
		return err
	}
	for _, name := range required {
		if !slices.Contains(pairs.Columns.Unused, name) {
			return fmt.Errorf("%s: it has no column %q, which the published files have; choose a file of this source", path, name)
		}
	}
	into.Pairs = append(into.Pairs, pairs.Pairs...)
	into.Skipped = append(into.Skipped, pairs.Skipped...)
	into.Columns = pairs.Columns
	into.Columns.Unused = nil // as published, so there is nothing to report
	return nil
}
