// Package setting has the rows of a table of settings: what a program knows about one field of a configuration C, such as its
// flag, its check, and whether a resumed run may change it. Start with [Setting] and [Table].
package setting

import (
	"cmp"
	"fmt"
	"strings"
)

// Setting is a row of the table: what the program knows about one field of a configuration C, of type T.
type Setting[C, T any] struct {
	JSON  string // field in run.json; its flag has the same name, with dashes
	Label string // subject of a sentence, such as "the learning rate"
	Unit  string // after the value in a sentence, such as "tokens"; may be empty

	TRL string // TRL's name of the same setting in files of settings, if it is another

	Replaces string // JSON name of a setting that says the same in another way; given without it, this one clears it

	Help   string // of the flag; a word in backquotes names the value
	NoFlag bool   // only notebooks and programs set it

	Field func(*C) *T
	Check func(T) string              // what the value must be, if it is not that, such as "above 0"; nil if anything goes
	Rule  func(C) error               // check of several settings together, or one with a separate message; may be nil
	Text  func(C) string              // the value as a resumed run compares it; nil for the value as printed
	Match func(mine, recorded T) bool // overrides the comparison of a resumed run; may be nil

	Kept      string // why a fork of a run can't change it; empty if it can
	Resumable bool   // a resumed run may change it, since it does not affect what is learned or is recorded elsewhere
	Swept     Swept
}

// Swept is what a sweep over a setting needs to know.
type Swept struct {
	Short    string // in the name of a sweep's run, such as "lr" in lr-5e-05; empty for the flag's name
	Rebuilds Rebuild
	Refused  string // why a sweep can't vary it, such as "it does not change what is learned"; empty if it can
	Loss     string // the only loss that uses it; empty for a setting of all
}

// Rebuild is what changing a setting between two runs of a sweep costs.
type Rebuild int

// The costs, in increasing order.
const (
	Nothing  Rebuild = iota // an input of the compiled graphs
	LossOnly                // another loss graph
	All                     // all graphs, and an adapter of another shape
)

// Row is a [Setting] of any type.
type Row[C any] interface {
	Flag() (name, help string)          // name is empty if there is no flag
	Pointer(*C) any                     // *float64, *[]float64, *int, *[]int, *bool, *string, *[]string, or a type with Set
	Name() string                       // field in run.json
	TRLName() string                    // in files of settings
	Instead() string                    // name of the setting that this one replaces, or ""
	Clear(*C)                           // sets the field to its zero value
	Validate(C) error                   // every fault of the value
	Difference(mine, recorded C) string // see [Table.Difference]
	Compared(C) string                  // the value as a resumed run compares it; "" if it may change
	Subject() string                    // of a sentence, such as "the learning rate"
	Sweep() Swept                       // with a short name in any case
	Parse(c *C, text string) error      // sets the field to a value as its flag takes it
	Print(C) string                     // the value as its flag takes it
	Fork(mine, recorded C) error        // why a fork can't have the value, if it can't
}

// FlagName returns the setting's flag, without the dashes in front.
func (s Setting[C, T]) FlagName() string { return strings.ReplaceAll(s.JSON, "_", "-") }

// Flag implements [Row].
func (s Setting[C, T]) Flag() (name, help string) {
	if s.NoFlag {
		return "", ""
	}
	return s.FlagName(), s.Help
}

// Pointer implements [Row].
func (s Setting[C, T]) Pointer(c *C) any { return s.Field(c) }

// Name implements [Row].
func (s Setting[C, T]) Name() string { return s.JSON }

// TRLName implements [Row].
func (s Setting[C, T]) TRLName() string { return cmp.Or(s.TRL, s.JSON) }

// Instead implements [Row].
func (s Setting[C, T]) Instead() string { return s.Replaces }

// Clear implements [Row].
func (s Setting[C, T]) Clear(c *C) { *s.Field(c) = *new(T) }

// Subject implements [Row].
func (s Setting[C, T]) Subject() string { return s.Label }

// Sweep implements [Row].
func (s Setting[C, T]) Sweep() Swept {
	swept := s.Swept
	swept.Short = cmp.Or(swept.Short, s.FlagName())
	if s.NoFlag {
		swept.Refused = "only notebooks and programs set it"
	}
	return swept
}

// Validate implements [Row].
func (s Setting[C, T]) Validate(c C) error {
	if s.Check != nil {
		if must := s.Check(*s.Field(&c)); must != "" {
			return fmt.Errorf("%s is %s; it must be %s", s.Label, s.value(c), must)
		}
	}
	if s.Rule != nil {
		return s.Rule(c)
	}
	return nil
}

// Difference implements [Row].
func (s Setting[C, T]) Difference(mine, recorded C) string {
	switch {
	case s.Resumable || s.text(mine) == s.text(recorded):
		return ""
	case s.Match != nil && s.Match(*s.Field(&mine), *s.Field(&recorded)):
		return ""
	}
	return fmt.Sprintf("its %s is %s, this run's is %s", strings.TrimPrefix(s.Label, "the "), s.text(recorded), s.text(mine))
}

// Compared implements [Row].
func (s Setting[C, T]) Compared(c C) string {
	if s.Resumable {
		return ""
	}
	return s.text(c)
}

// text returns the value as a resumed run compares it.
func (s Setting[C, T]) text(c C) string {
	if s.Text != nil {
		return s.Text(c)
	}
	return s.value(c)
}

// value prints the value with its unit.
func (s Setting[C, T]) value(c C) string {
	text := fmt.Sprint(*s.Field(&c))
	if s.Unit != "" {
		text += " " + s.Unit
	}
	return text
}
