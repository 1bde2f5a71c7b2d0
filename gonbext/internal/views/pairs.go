package views

import (
	"strconv"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Pairs is a table of pairs, numbered from 0.
func Pairs(list []preference.Pair) output.Table {
	t := output.Table{Columns: []string{"#", "prompt", "chosen", "rejected"}}
	for i, pair := range list {
		t.Add(strconv.Itoa(i), pair.PromptText(), pair.Chosen, pair.Rejected)
	}
	return t
}
