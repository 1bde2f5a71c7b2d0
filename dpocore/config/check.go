package config

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/wording"
)

// number is the type of a numeric setting.
type number interface{ ~int | ~float64 }

// above checks for a finite number greater than min. suggestion is a good first value, or empty.
func above[T number](min T, suggestion string) func(T) string {
	return bounded(func(x T) bool { return x > min }, fmt.Sprintf("above %v", min), suggestion)
}

// atLeast checks for a finite number of min or more.
func atLeast[T number](min T, suggestion string) func(T) string {
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
		}
		return ""
	}
}

// share checks for a number from 0 to 1.
func share(x float64) string {
	if x >= 0 && x <= 1 {
		return ""
	}
	return "from 0 to 1, such as 0.1"
}

// belowOne checks for a number of at least 0 and below 1.
func belowOne(x float64) string {
	if x >= 0 && x < 1 {
		return ""
	}
	return "at least 0 and below 1"
}

// oneOf returns an error unless the value is one of the choices.
func oneOf(what, value string, choices []string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("unknown %s %q; choose %s", what, value, wording.Or(choices))
}
