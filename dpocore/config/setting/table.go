package setting

import (
	"errors"
	"fmt"
)

// Table is a list of settings.
type Table[C any] []Row[C]

// Validate reports every setting of c that is out of range, with its value and what it may be.
func (t Table[C]) Validate(c C) error {
	var faults []error
	for _, row := range t {
		faults = append(faults, row.Validate(c))
	}
	return errors.Join(faults...)
}

// Difference returns the first difference between a run with settings mine and one recorded with settings recorded, such as
// "its beta is 0.1, this run's is 0.3"; "" if one can continue the other.
func (t Table[C]) Difference(mine, recorded C) string {
	for _, row := range t {
		if difference := row.Difference(mine, recorded); difference != "" {
			return difference
		}
	}
	return ""
}

// Key is the same for two configurations with which a run learns the same, and differs for others.
func (t Table[C]) Key(c C) string {
	values := make([]string, len(t))
	for i, row := range t {
		values[i] = row.Compared(c)
	}
	return fmt.Sprintf("%q", values)
}

// Find returns the row of a name, or nil.
func (t Table[C]) Find(name string) Row[C] {
	for _, row := range t {
		if row.Name() == name {
			return row
		}
	}
	return nil
}

// Named returns the row of a name in a file of settings, TRL's or ours, or nil.
func (t Table[C]) Named(name string) Row[C] {
	for _, row := range t {
		if row.Name() == name || row.TRLName() == name {
			return row
		}
	}
	return nil
}
