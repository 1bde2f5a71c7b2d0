package config

import "errors"

// Table is a list of settings.
type Table []Row

// Validate reports every setting of c that is out of range, with its value and what it may be.
func (t Table) Validate(c Config) error {
	var faults []error
	for _, row := range t {
		faults = append(faults, row.Validate(c))
	}
	return errors.Join(faults...)
}

// Difference returns the first difference between a run with settings mine and a recorded one; see the function
// [Difference].
func (t Table) Difference(mine, recorded Config) string {
	for _, row := range t {
		if difference := row.Difference(mine, recorded); difference != "" {
			return difference
		}
	}
	return ""
}

// Find returns the row of a name, or nil.
func (t Table) Find(name string) Row {
	for _, row := range t {
		if row.Name() == name {
			return row
		}
	}
	return nil
}

// Named returns the row of a name in a file of settings, TRL's or ours, or nil.
func (t Table) Named(name string) Row {
	for _, row := range t {
		if row.Name() == name || row.TRLName() == name {
			return row
		}
	}
	return nil
}
