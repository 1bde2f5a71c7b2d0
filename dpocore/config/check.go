package config

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/internal/wording"
)

// oneOf returns an error unless the value is one of the choices.
func oneOf(what, value string, choices []string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("unknown %s %q; choose %s", what, value, wording.Or(choices))
}
