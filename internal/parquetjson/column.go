// Package parquetjson reads the columns of a Parquet file as JSON, row by row.
package parquetjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// A Column reads one column of a row group as JSON values. Parquet stores
// the values of each leaf of a nested column separately. Each value has a
// definition level, which is how many of the optional and repeated columns
// above it are present, and a repetition level, which tells the list above it
// that continues (0 starts a new row). See Melnik et al., "Dremel", 2010,
// section 4.
type Column struct {
	column   *parquet.Column
	children []*Column // none for a leaf
	leaves   []*leaf   // all leaves in or below it
	element  bool      // the group that wraps the repeated child of a list
	limits   Limits
}

// Limits bound what a column may contain.
type Limits struct {
	MaxList   int                     // bytes of a list as JSON
	CheckText func(text string) error // may be nil
}

// ErrTooLong is the error of a list that is longer than MaxList.
var ErrTooLong = errors.New("the list is too long")

// NewColumn opens a column in the column chunks of a row group.
func NewColumn(column *parquet.Column, chunks []parquet.ColumnChunk, limits Limits) *Column {
	t := &Column{column: column, limits: limits}
	if column.Leaf() {
		t.leaves = []*leaf{{pages: chunks[column.Index()].Pages()}}
		return t
	}
	for _, child := range column.Columns() {
		below := NewColumn(child, chunks, limits)
		t.children = append(t.children, below)
		t.leaves = append(t.leaves, below.leaves...)
	}
	// A list is two nested groups, of which the inner one is repeated; in older
	// files the inner group is the element itself.
	t.element = len(t.children) == 1 && (!column.Repeated() && t.children[0].column.Repeated() ||
		column.Repeated() && slices.Contains([]string{"list", "bag"}, column.Name()))
	return t
}

// Close releases the pages that are open.
func (t *Column) Close() {
	for _, leaf := range t.leaves {
		leaf.close()
	}
}

// Next returns the value in the next row.
func (t *Column) Next() (json.RawMessage, error) {
	if len(t.leaves) == 0 {
		return nil, errors.New("the column has no values")
	}
	return t.append(nil)
}

// append appends the next value, or list of values if the column is
// repeated.
func (t *Column) append(out []byte) ([]byte, error) {
	value, err := t.leaves[0].peek()
	if err != nil {
		return nil, err
	}
	if value.DefinitionLevel() >= t.column.MaxDefinitionLevel() {
		if t.column.Repeated() {
			return t.list(out)
		}
		return t.one(out)
	}
	for _, leaf := range t.leaves { // a missing value has an entry in each
		if _, err := leaf.take(); err != nil {
			return nil, err
		}
	}
	if t.column.Repeated() {
		return append(out, "[]"...), nil
	}
	return append(out, "null"...), nil
}

// list appends the elements of one list.
func (t *Column) list(out []byte) (_ []byte, err error) {
	out = append(out, '[')
	for {
		if out, err = t.one(out); err != nil {
			return nil, err
		}
		next, err := t.leaves[0].peek()
		if err != nil && err != io.EOF {
			return nil, err
		}
		if err == io.EOF || next.RepetitionLevel() != t.column.MaxRepetitionLevel() {
			return append(out, ']'), nil
		}
		if out = append(out, ','); len(out) > t.limits.MaxList {
			return nil, ErrTooLong
		}
	}
}

// one appends a single value: that of a leaf, an object with the values of
// the children, or the value of the only child of a list's wrapper.
func (t *Column) one(out []byte) (_ []byte, err error) {
	switch {
	case t.column.Leaf():
		value, err := t.leaves[0].take()
		if err != nil {
			return nil, err
		}
		return t.limits.appendScalar(out, value)
	case t.element:
		return t.children[0].append(out)
	}
	for i, child := range t.children {
		out = append(out, "{,"[min(i, 1)])
		out = append(strconv.AppendQuote(out, child.column.Name()), ':')
		if out, err = child.append(out); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// appendScalar appends a leaf's value.
func (l Limits) appendScalar(out []byte, value parquet.Value) ([]byte, error) {
	switch value.Kind() {
	case parquet.Boolean:
		return strconv.AppendBool(out, value.Boolean()), nil
	case parquet.Int32:
		return strconv.AppendInt(out, int64(value.Int32()), 10), nil
	case parquet.Int64:
		return strconv.AppendInt(out, value.Int64(), 10), nil
	case parquet.Float, parquet.Double:
		number := value.Double()
		if value.Kind() == parquet.Float {
			number = float64(value.Float())
		}
		if text, err := json.Marshal(number); err == nil {
			return append(out, text...), nil
		}
		return fmt.Appendf(out, "%q", fmt.Sprint(number)), nil // NaN is not a JSON number
	case parquet.ByteArray, parquet.FixedLenByteArray:
		content := string(value.ByteArray())
		if l.CheckText != nil {
			if err := l.CheckText(content); err != nil {
				return nil, &TextError{err}
			}
		}
		text, err := json.Marshal(content)
		return append(out, text...), err
	}
	return append(out, "{}"...), nil // a 96-bit date is neither a string nor a number
}

// A TextError is an error in a text, not in the Parquet file.
type TextError struct{ Err error }

func (e *TextError) Error() string { return e.Err.Error() }
func (e *TextError) Unwrap() error { return e.Err }

// A leaf reads the values of a column without children.
type leaf struct {
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	buffer [64]parquet.Value
	ready  []parquet.Value
}

// peek returns the next value without consuming it. It is valid until the next
// call.
func (l *leaf) peek() (parquet.Value, error) {
	for len(l.ready) == 0 {
		if l.values != nil {
			n, err := l.values.ReadValues(l.buffer[:])
			l.ready = l.buffer[:n]
			if err != nil && err != io.EOF {
				return parquet.Value{}, err
			}
			if n > 0 {
				break
			}
		}
		if err := l.nextPage(); err != nil {
			return parquet.Value{}, err
		}
	}
	return l.ready[0], nil
}

// nextPage opens the next page.
func (l *leaf) nextPage() (err error) {
	if l.page != nil {
		parquet.Release(l.page)
		l.page, l.values = nil, nil
	}
	if l.page, err = l.pages.ReadPage(); err == nil {
		l.values = l.page.Values()
	}
	return err
}

// take consumes and returns the next value.
func (l *leaf) take() (parquet.Value, error) {
	value, err := l.peek()
	if err == nil {
		l.ready = l.ready[1:]
	}
	return value, err
}

func (l *leaf) close() {
	if l.page != nil {
		parquet.Release(l.page)
	}
	l.pages.Close() // an error does not matter: nothing was written
}
