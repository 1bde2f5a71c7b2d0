package recordfile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
)

// readTable reads a text table (RFC 4180) whose first row has the names of the
// columns.
func (c *reader) readTable(in *bufio.Reader, separator string) error {
	bounded := &boundedReader{in: in, left: MaxRecord}
	rows := csv.NewReader(bounded)
	rows.Comma = rune(separator[0])
	header, err := rows.Read()
	if err != nil {
		return tableError(bounded, err, Place{Unit: preference.UnitLine}, 0, 0)
	}
	t := &table{reader: c, header: header}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
		if err := checkText(header[i]); err != nil {
			return ErrorAt(lineNumber(1), fmt.Errorf("the name of column %d %w", i+1, err))
		}
	}
	if err := c.Header(header); err != nil {
		return err
	}
	for last := 1; ; {
		bounded.left = MaxRecord
		row, err := rows.Read()
		if err == io.EOF && bounded.err == nil {
			return nil
		}
		if err != nil {
			return tableError(bounded, err, Place{Unit: preference.UnitLine, Number: last}, len(row), len(header))
		}
		line, _ := rows.FieldPos(0)
		last, _ = rows.FieldPos(len(row) - 1)
		if err := t.add(line, row); err != nil {
			return err
		}
	}
}

// A table makes records of the rows of a text table.
type table struct {
	*reader
	header []string
}

// add adds the row that begins at a 1-based line.
func (t *table) add(line int, row []string) error {
	at := Place{Unit: preference.UnitLine, Number: line - 1}
	record := make(Fields, len(row))
	for i, cell := range row {
		name := t.header[i]
		if _, duplicate := record[name]; duplicate || !t.Needs(name) {
			continue
		}
		if err := checkText(cell); err != nil {
			return ErrorAt(at, fmt.Errorf("%s %w", Column.Of(name), err))
		}
		raw, err := t.Cell(name, cell)
		if err != nil {
			return ErrorAt(at, fmt.Errorf("%s %w", Column.Of(name), err))
		}
		record[name] = raw
	}
	return t.Add(at, record, func() []string { return t.header })
}

// A boundedReader reads at most left bytes and remembers its error.
type boundedReader struct {
	in   io.Reader
	left int
	err  error
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.err = errTooLong
		return 0, b.err
	}
	n, err := b.in.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// tableError explains why a row can't be read. at is its place, unless err
// has a more precise one; cells is its number of cells, and columns that of the
// first line.
func tableError(in *boundedReader, err error, at Place, cells, columns int) error {
	var fault *csv.ParseError
	if errors.As(err, &fault) {
		at.Number = fault.StartLine - 1
	}
	switch {
	case in.err == errTooLong:
		return ErrorAt(at, fmt.Errorf("%w; a quotation mark that is never closed makes a long one too", in.err))
	case in.err != nil:
		return readError(at, in.err)
	case fault == nil:
		return readError(at, err)
	case errors.Is(err, csv.ErrFieldCount):
		return ErrorAt(at, fmt.Errorf("the row has %d columns where the first line has %d; put texts with commas or line ends in quotation marks, or remove what is too much", cells, columns))
	case errors.Is(err, csv.ErrBareQuote):
		return ErrorAt(at, fmt.Errorf("there is a quotation mark in a text that is not in quotation marks (line %d, character %d); put the text in quotation marks and write each one in it twice", fault.Line, fault.Column))
	}
	return ErrorAt(at, fmt.Errorf("a text in quotation marks is not closed, or continues after them (line %d, character %d); write each quotation mark inside it twice; at the file's end it was probably cut off", fault.Line, fault.Column))
}
