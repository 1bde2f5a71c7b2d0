package preference

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// A tree makes JSON of one column of a Parquet file, row by row. Parquet
// keeps the values at the leaves of nested columns apart; with each comes a
// definition level, how many of the optional and repeated columns above it
// are there, and a repetition level, which of the lists above it goes on (0
// is a new row). See Melnik et al., "Dremel", 2010, section 4.
type tree struct {
	column   *parquet.Column
	children []*tree // none at a leaf
	leaves   []*leaf // all leaves in or below
	element  bool    // a list's wrapping of its one repeated child
}

// newTree opens a column in the column chunks of a row group.
func newTree(column *parquet.Column, chunks []parquet.ColumnChunk) *tree {
	t := &tree{column: column}
	if column.Leaf() {
		t.leaves = []*leaf{{pages: chunks[column.Index()].Pages()}}
		return t
	}
	for _, child := range column.Columns() {
		below := newTree(child, chunks)
		t.children = append(t.children, below)
		t.leaves = append(t.leaves, below.leaves...)
	}
	// A list is written as two groups, of which the inner one is repeated; in
	// older files the inner one is the element itself.
	t.element = len(t.children) == 1 && (!column.Repeated() && t.children[0].column.Repeated() ||
		column.Repeated() && slices.Contains([]string{"list", "bag"}, column.Name()))
	return t
}

func (t *tree) close() {
	for _, leaf := range t.leaves {
		leaf.close()
	}
}

// next returns the column's value in the next row.
func (t *tree) next() (json.RawMessage, error) {
	if len(t.leaves) == 0 {
		return nil, errors.New("the column has no values")
	}
	return t.append(nil)
}

// append appends the next value, or list of values if the column is
// repeated.
func (t *tree) append(out []byte) ([]byte, error) {
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
	for _, leaf := range t.leaves { // what is missing has a place in each
		if _, err := leaf.take(); err != nil {
			return nil, err
		}
	}
	if t.column.Repeated() {
		return append(out, "[]"...), nil
	}
	return append(out, "null"...), nil
}

// list appends the elements that stand in the same list.
func (t *tree) list(out []byte) (_ []byte, err error) {
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
		if out = append(out, ','); len(out) > maxRecord {
			return nil, errTooLong
		}
	}
}

// one appends a single value: a leaf's, an object of the children's, or that
// of the only child of a list's wrapping.
func (t *tree) one(out []byte) (_ []byte, err error) {
	switch {
	case t.column.Leaf():
		value, err := t.leaves[0].take()
		if err != nil {
			return nil, err
		}
		return appendScalar(out, value)
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
func appendScalar(out []byte, value parquet.Value) ([]byte, error) {
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
		return fmt.Appendf(out, "%q", fmt.Sprint(number)), nil // NaN is no JSON number
	case parquet.ByteArray, parquet.FixedLenByteArray:
		content := string(value.ByteArray())
		if err := plainText(content); err != nil {
			return nil, &textError{err}
		}
		text, err := json.Marshal(content)
		return append(out, text...), err
	}
	return append(out, "{}"...), nil // a date of 96 bits: neither text nor number
}

// A textError is one of the text, not of the Parquet file.
type textError struct{ error }

// A leaf reads the values of a column without children, in their order.
type leaf struct {
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	buffer [64]parquet.Value
	ready  []parquet.Value
}

// peek returns the next value without going on; it holds until the next call.
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
		if err := l.turn(); err != nil {
			return parquet.Value{}, err
		}
	}
	return l.ready[0], nil
}

// turn goes on to the next page.
func (l *leaf) turn() (err error) {
	if l.page != nil {
		parquet.Release(l.page)
		l.page, l.values = nil, nil
	}
	if l.page, err = l.pages.ReadPage(); err == nil {
		l.values = l.page.Values()
	}
	return err
}

// take returns the next value and goes on.
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
	l.pages.Close() // nothing was written
}
