// Package bounds checks numbers of settings: each check returns what a number must be, or "".
package bounds

import (
	"fmt"

	"example.com/gonb-dpo/internal/finite"
)

// number is the type of a numeric setting.
type number interface{ ~int | ~float64 }

// MaxCount is the largest number of anything, such as steps or pairs in a step, so that products of numbers don't overflow.
const MaxCount = 1_000_000_000

func isCount[T number](x T) bool {
	_, is := any(x).(int)
	return is
}

// Above checks for a finite number greater than min. suggestion is a good first value, or empty.
func Above[T number](min T, suggestion string) func(T) string {
	return bounded(func(x T) bool { return x > min }, fmt.Sprintf("above %v", min), suggestion)
}

// AtLeast checks for a finite number of min or more.
func AtLeast[T number](min T, suggestion string) func(T) string {
	return bounded(func(x T) bool { return x >= min }, fmt.Sprintf("at least %v", min), suggestion)
}

func bounded[T number](ok func(T) bool, must, suggestion string) func(T) string {
	if suggestion != "" {
		suggestion = " (" + suggestion + " is a good start)"
	}
	return func(x T) string {
		switch {
		case !finite.Is(float64(x)):
			return "a finite number " + must + suggestion
		case !ok(x):
			return must + suggestion
		case isCount(x) && x > MaxCount:
			return fmt.Sprintf("at most %d", MaxCount)
		}
		return ""
	}
}

// Share checks for a number from 0 to 1.
func Share(x float64) string {
	if x >= 0 && x <= 1 {
		return ""
	}
	return "from 0 to 1, such as 0.1"
}

// BelowOne checks for a number of at least 0 and below 1.
func BelowOne(x float64) string {
	if x >= 0 && x < 1 {
		return ""
	}
	return "at least 0 and below 1"
}
