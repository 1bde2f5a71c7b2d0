package pairfile

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// A collector makes pairs of the records of a file. It is a
// recordfile.Consumer.
type collector struct {
	set    *preference.Set
	part   recordfile.Noun
	header bool                 // the file is a text table, whose first line names the columns
	form   *form                // of the first record; nil before it
	cells  map[string]*cellKind // by column
}

func (c *collector) Start(part recordfile.Noun) {
	c.part, c.cells = part, map[string]*cellKind{}
}

// Header refuses a table without columns for both answers before any row is
// read.
func (c *collector) Header(names []string) error {
	c.header = true
	for _, role := range []string{"chosen", "rejected"} {
		name, err := pick(names, role, c.part)
		if err == nil && name == "" {
			if _, err = resolve(names, nil, c.part); err != nil {
				err = fmt.Errorf("%w (the first line must name the columns)", err)
			}
		}
		if err != nil {
			return c.headerError(err)
		}
	}
	return nil
}

// headerError is an error in the names of columns. In JSON each record has its
// own names, so this is for tables only.
func (c *collector) headerError(err error) error {
	if c.header {
		return fmt.Errorf(", line 1: %w", err)
	}
	return fmt.Errorf(": %w", err)
}

// Needs reports whether a column is used, or may be as long as the form is
// unknown.
func (c *collector) Needs(name string) bool {
	switch {
	case c.form != nil:
		used := c.form.columns
		return name == used.Prompt || name == used.Chosen || name == used.Rejected || name == "objective" || name == "weight"
	case c.header:
		return true
	}
	plain := plainName(name)
	for role, others := range otherNames {
		if plain == role || slices.Contains(others, plain) {
			return true
		}
	}
	return name == "objective" || name == "weight"
}

// IsRecord reports whether an object has one of the two answers.
func (c *collector) IsRecord(fields []string) bool {
	for _, role := range []string{"chosen", "rejected"} {
		if name, err := pick(fields, role, recordfile.Field); name != "" || err != nil {
			return true
		}
	}
	return false
}

func (c *collector) Cell(column, text string) (json.RawMessage, error) {
	if !c.header && (column == "objective" || column == "weight") { // Parquet has types
		return json.Marshal(text)
	}
	if c.cells[column] == nil {
		c.cells[column] = new(cellKind)
	}
	return c.cells[column].value(column, text)
}

// Add adds the pair of one record.
func (c *collector) Add(at recordfile.Place, record recordfile.Fields, names func() []string) error {
	if c.form == nil {
		if err := c.setForm(at, record, names()); err != nil {
			return err
		}
	}
	found, err := formOf(record, c.form.columns, c.part)
	if err == nil {
		err = c.form.check(found)
	}
	if err != nil {
		return recordfile.ErrorAt(at, err)
	}
	pair, reason, err := c.form.pair(record)
	if err != nil {
		return recordfile.ErrorAt(at, err)
	}
	pair.Source, pair.Line, pair.Unit = c.set.Source, at.Number, at.Unit
	c.set.Add(pair, reason)
	return nil
}

// setForm takes columns and form from the first record.
func (c *collector) setForm(at recordfile.Place, record recordfile.Fields, names []string) error {
	columns, err := resolve(names, record, c.part)
	switch {
	case err != nil && c.part == recordfile.Column:
		return c.headerError(err)
	case err != nil:
		return recordfile.ErrorAt(at, err)
	}
	first, err := formOf(record, columns, c.part)
	if err != nil {
		return recordfile.ErrorAt(at, err)
	}
	if first.answers == "a string" {
		if chosen, _ := recordfile.Text(record[columns.Chosen], ""); turnsOpening.MatchString(chosen) {
			return recordfile.ErrorAt(at, fmt.Errorf("%s is a string that holds a list of turns; write the list itself, without quotation marks around it", c.part.Of(columns.Chosen)))
		}
	}
	first.at = at
	c.form, c.set.Columns = &first, columns
	return nil
}
