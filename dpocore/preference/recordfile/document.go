package recordfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/preference"
)

// A lineNumber is a place outside an element.
type lineNumber int

func (n lineNumber) String() string { return fmt.Sprintf("line %d", int(n)) }

// A document reads JSON that is not one object per line.
type document struct {
	*reader
	cursor
	elements int
	list     string // quoted key of the list that was read
}

// readDocument reads a list of objects, by itself or under one key of an
// object, or a sequence of objects that extend over several lines.
func (c *reader) readDocument(in *bufio.Reader) error {
	d := &document{reader: c, cursor: cursor{in: in, line: 1}}
	opening, _ := d.peek() // detect has made sure that it is [ or {
	head, _ := in.Peek(window)
	switch {
	case opening == '[':
		if err := d.readList(); err != nil {
			return err
		}
	case d.wrapsList(head):
		if err := d.readWrapping(); err != nil {
			return err
		}
	default:
		return d.readObjects()
	}
	if b, err := d.peek(); err == nil {
		return ErrorAt(lineNumber(d.line), fmt.Errorf("after the end of the list comes %q; a JSON file holds one list", b))
	} else if err != io.EOF {
		return d.failure(lineNumber(d.line), err)
	}
	return nil
}

// failure explains why the file can't be read on.
func (d *document) failure(at fmt.Stringer, err error) error {
	switch err {
	case io.EOF:
		return ErrorAt(at, errEnd)
	case errTooLong:
		return ErrorAt(at, err)
	}
	return readError(Place{Unit: preference.UnitLine, Number: d.line - 1}, err)
}

// readList reads the elements of the list that comes next.
func (d *document) readList() error {
	d.take('[')
	for first := true; ; first = false {
		end, err := d.take(']')
		if err != nil {
			return d.failure(lineNumber(d.line), err)
		}
		if end {
			return nil
		}
		if !first {
			comma, err := d.take(',')
			if err != nil {
				return d.failure(lineNumber(d.line), err)
			}
			if b, _ := d.peek(); comma && b == ']' {
				return ErrorAt(lineNumber(d.line), fmt.Errorf("there is a comma after element %d, the last one of the list; remove it", d.elements))
			}
			if !comma {
				b, _ := d.peek()
				return ErrorAt(lineNumber(d.line), fmt.Errorf("after element %d comes %q; the elements of a list must be separated by commas, and ] must end it", d.elements, b))
			}
		}
		if err := d.readElement(); err != nil {
			return err
		}
	}
}

// readElement reads one record.
func (d *document) readElement() error {
	raw, line, err := d.value()
	at := Place{Unit: preference.UnitElement, Number: d.elements, Line: line}
	if err == io.EOF && len(raw) > 0 {
		return ErrorAt(at, errors.New("the file ends inside this element, so it was probably cut off: download or write it again"))
	}
	if err != nil {
		return d.failure(at, err)
	}
	record, fault, err := parseObject(raw, preference.UnitElement)
	if err != nil {
		at.Line += bytes.Count(raw[:min(fault, len(raw))], []byte("\n"))
		return ErrorAt(at, err)
	}
	d.elements++
	return d.Add(at, record, func() []string { return MemberNames(raw) })
}

// readObjects reads objects to the end of the file.
func (d *document) readObjects() error {
	for {
		if _, err := d.peek(); err == io.EOF {
			return nil
		}
		if err := d.readElement(); err != nil {
			return err
		}
	}
}

// readWrapping reads the list of objects in the object that comes next.
func (d *document) readWrapping() error {
	d.take('{')
	for {
		raw, line, err := d.value()
		if err != nil {
			return d.failure(lineNumber(d.line), err)
		}
		key := string(raw)
		if !json.Valid(raw) || key[0] != '"' {
			return ErrorAt(lineNumber(line), fmt.Errorf("not JSON: %.40q is where a name in quotes must be", key))
		}
		if err := d.expect(':', "after the name "+key); err != nil {
			return err
		}
		if err := d.readMember(key); err != nil {
			return err
		}
		if end, err := d.take('}'); err != nil || end {
			if err != nil {
				return d.failure(lineNumber(d.line), err)
			}
			return nil
		}
		if err := d.expect(',', "after the value of "+key); err != nil {
			return err
		}
	}
}

// readMember reads the list of records, or skips any other value.
func (d *document) readMember(key string) error {
	b, err := d.peek()
	if err != nil {
		return d.failure(lineNumber(d.line), err)
	}
	if b == '[' {
		if d.list != "" {
			return ErrorAt(lineNumber(d.line), fmt.Errorf("the object holds two lists, %s and %s; a file holds one: put each into a separate file", d.list, key))
		}
		d.list = key
		return d.readList()
	}
	raw, line, err := d.value()
	if err != nil {
		return d.failure(lineNumber(line), err)
	}
	if !json.Valid(raw) {
		return ErrorAt(lineNumber(line), fmt.Errorf("not JSON: the value of %s", key))
	}
	return nil
}

// expect consumes one byte, which must come next.
func (d *document) expect(wanted byte, where string) error {
	found, err := d.take(wanted)
	if err != nil {
		return d.failure(lineNumber(d.line), err)
	}
	if !found {
		b, _ := d.peek()
		return ErrorAt(lineNumber(d.line), fmt.Errorf("not JSON: %s comes %q instead of %q", where, b, wanted))
	}
	return nil
}
