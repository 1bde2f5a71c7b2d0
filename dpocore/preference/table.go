package preference

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readTable reads a table in text, whose first row names the columns: CSV
// and its like, as RFC 4180 has them. parted is what stands between columns.
func (c *collector) readTable(in *bufio.Reader, parted string) error {
	bounded := &boundedReader{in: in, left: maxRecord}
	rows := csv.NewReader(bounded)
	rows.Comma = rune(parted[0])
	header, err := rows.Read()
	if err != nil {
		return tableError(bounded, err, place{unit: unitLine}, 0, 0)
	}
	c.header = ", line 1"
	t := &table{collector: c, header: header, kinds: make([]cellKind, len(header))}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
		if err := plainText(header[i]); err != nil {
			return placed(lineNumber(1), fmt.Errorf("the name of column %d %w", i+1, err))
		}
	}
	if err := t.checkHeader(); err != nil {
		return err
	}
	for last := 1; ; {
		bounded.left = maxRecord
		row, err := rows.Read()
		if err == io.EOF && bounded.err == nil {
			return nil
		}
		if err != nil {
			return tableError(bounded, err, place{unit: unitLine, number: last}, len(row), len(header))
		}
		line, _ := rows.FieldPos(0)
		last, _ = rows.FieldPos(len(row) - 1)
		if err := t.add(line, row); err != nil {
			return err
		}
	}
}

// A table makes records of rows of text.
type table struct {
	*collector
	header []string
	kinds  []cellKind
}

// checkHeader refuses a header without the two answers before any row is
// looked at.
func (t *table) checkHeader() error {
	for _, role := range []string{"chosen", "rejected"} {
		name, err := pick(t.header, role, column)
		if err == nil && name == "" {
			_, err = resolve(t.header, nil, column)
			if err != nil {
				err = fmt.Errorf("%w (the first line must name the columns)", err)
			}
		}
		if err != nil {
			return placed(lineNumber(1), err)
		}
	}
	return nil
}

// add reads one row that begins at a 1-based line.
func (t *table) add(line int, row []string) error {
	at := place{unit: unitLine, number: line - 1}
	record := make(fields, len(row))
	for i, cell := range row {
		name := t.header[i]
		if t.form != nil && !t.uses(name) {
			continue
		}
		if err := plainText(cell); err != nil {
			return placed(at, fmt.Errorf("%s %w", column.of(name), err))
		}
		raw, err := t.kinds[i].value(name, cell)
		if err != nil {
			return placed(at, fmt.Errorf("%s %w", column.of(name), err))
		}
		if _, seen := record[name]; !seen {
			record[name] = raw
		}
	}
	return t.collector.add(at, record, func() []string { return t.header })
}

// A boundedReader gives no more than is left, and keeps its error.
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

// tableError words why a row can't be read. The place is the one to name if
// nothing better is known; the row has cells where the first line has columns.
func tableError(in *boundedReader, err error, at place, cells, columns int) error {
	var fault *csv.ParseError
	if errors.As(err, &fault) {
		at.number = fault.StartLine - 1
	}
	switch {
	case in.err == errTooLong:
		return placed(at, fmt.Errorf("%w; a quotation mark that is never closed makes a long one too", in.err))
	case in.err != nil:
		return readError(at, in.err)
	case fault == nil:
		return readError(at, err)
	case errors.Is(err, csv.ErrFieldCount):
		return placed(at, fmt.Errorf("the row has %d columns where the first line has %d; put texts with commas or line ends in quotation marks, or remove what is too much", cells, columns))
	case errors.Is(err, csv.ErrBareQuote):
		return placed(at, fmt.Errorf("a quotation mark stands in a text without quotation marks around it (line %d, character %d); put the text in quotation marks and write each one in it twice", fault.Line, fault.Column))
	}
	return placed(at, fmt.Errorf("a text in quotation marks is not closed, or goes on after them (line %d, character %d); write each quotation mark inside it twice; at the file's end it was probably cut off", fault.Line, fault.Column))
}
