package preference

import (
	"errors"
	"fmt"
)

// maxRecord is the length in bytes above which a record is refused, so that
// a damaged or a hostile file can't fill the memory.
const maxRecord = 64 << 20

var errTooLong = errors.New("the record is longer than 64 MiB; it must hold one pair: check the file, or shorten the texts")

// A collector makes pairs of the records that a reader hands to it.
type collector struct {
	set  *Set
	word noun
	form *form // of the first record

	// header is where a table names its columns, as placed writes a place; ""
	// is the file as a whole. In JSON each record names them itself.
	header string

	// Where each is set, records go to it and no pairs are made.
	each   func(at place, record fields, names func() []string) error
	needed []string // the fields of such records
}

// add reads the pair of one record. All names of the file's columns are asked
// for once, with the first record.
func (c *collector) add(at place, record fields, names func() []string) error {
	if c.each != nil {
		return c.each(at, record, names)
	}
	if c.form == nil {
		if err := c.begin(at, record, names()); err != nil {
			return err
		}
	}
	found, err := formOf(record, c.form.columns, c.word)
	if err != nil {
		return placed(at, err)
	}
	if err := c.form.check(found); err != nil {
		return placed(at, err)
	}
	pair, reason, err := c.form.pair(record)
	if err != nil {
		return placed(at, err)
	}
	if reason == "" {
		reason = pair.fault()
	}
	if reason != "" {
		c.set.Skipped = append(c.set.Skipped, Skip{Line: at.number, Reason: reason})
		return nil
	}
	pair.Source, pair.Line, pair.Unit = c.set.Source, at.number, at.unit
	c.set.keep(pair)
	return nil
}

// begin takes columns and form from the first record.
func (c *collector) begin(at place, record fields, names []string) error {
	columns, err := resolve(names, record, c.word)
	switch {
	case err != nil && c.word == column:
		return fmt.Errorf("%s: %w", c.header, err)
	case err != nil:
		return placed(at, err)
	}
	first, err := formOf(record, columns, c.word)
	if err != nil {
		return placed(at, err)
	}
	if first.answers == "a string" {
		if chosen, _ := text(record[columns.Chosen], ""); turnsOpening.MatchString(chosen) {
			return placed(at, fmt.Errorf("%s is a string that holds a list of turns; write the list itself, without quotation marks around it", c.word.of(columns.Chosen)))
		}
	}
	first.at = at
	c.form, c.set.Columns = &first, columns
	return nil
}

// uses reports whether a pair is made of the column.
func (c *collector) uses(name string) bool {
	used := c.form.columns
	return name == used.Prompt || name == used.Chosen || name == used.Rejected || name == "objective" || name == "weight"
}

// placed puts the place of a record before its error; the file's name goes
// before that.
func placed(at fmt.Stringer, err error) error { return fmt.Errorf(", %s: %w", at, err) }
