// Package pattern reads, checks and writes the names of projections in settings, and values of single ones, such as the rank 8 of q_proj:
// q_proj=8.
package pattern

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Parse reads values of projections. parse reads one of them.
func Parse[T any](list []string, parse func(string) (T, error)) (values map[string]T, err error) {
	for _, text := range list {
		module, number, _ := strings.Cut(text, "=")
		value, err := parse(number)
		_, twice := values[module]
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q is not a projection and its value, such as q_proj=8", text)
		case twice:
			return nil, fmt.Errorf("%s is given twice", module)
		}
		if values == nil {
			values = map[string]T{}
		}
		values[module] = value
	}
	return values, nil
}

// List writes what Parse reads.
func List[T any](values map[string]T) (list []string) {
	for _, module := range slices.Sorted(maps.Keys(values)) {
		list = append(list, fmt.Sprintf("%s=%v", module, values[module]))
	}
	return list
}

// Text is a list in an order that does not depend on how it was written.
func Text(list []string) string {
	return cmp.Or(strings.Join(slices.Sorted(slices.Values(list)), ", "), "empty")
}
