// Package suggest finds the name that a misspelled one was probably meant to be.
package suggest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"
)

// Distance returns the optimal string alignment distance of two names: the number of letters to insert, delete, replace, or
// swap with their neighbour, that turns one into the other.
func Distance(a, b string) int {
	const maxLength = 64 // bytes: a longer name is not a misspelling, and comparing it would be slow
	if len(a) > maxLength || len(b) > maxLength {
		return maxLength
	}
	return edlib.OSADamerauLevenshteinDistance(a, b)
}

// Nearest returns the name with the smallest distance, the first of several; "" if there are no names.
func Nearest(name string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return slices.MinFunc(names, func(a, b string) int { return cmp.Compare(Distance(name, a), Distance(name, b)) })
}

// NearestOrPrefix is Nearest, but prefers names that start with the given one.
func NearestOrPrefix(name string, names []string) string {
	for _, candidate := range names {
		if name != "" && strings.HasPrefix(candidate, name) {
			return candidate
		}
	}
	return Nearest(name, names)
}
