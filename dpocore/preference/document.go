package preference

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A lineNumber is a place by itself, where no element is at fault.
type lineNumber int

func (n lineNumber) String() string { return fmt.Sprintf("line %d", int(n)) }

// A document reads the JSON texts that are not one object a line.
type document struct {
	*collector
	cursor
	elements int
	list     string // the key of the list that was read, in quotes
}

// readDocument reads a list of objects, by itself or under one key of an
// object, or objects that stand one after another, each over several lines.
func (c *collector) readDocument(in *bufio.Reader) error {
	d := &document{collector: c, cursor: cursor{in: in, line: 1}}
	opening, _ := d.peek() // a file that begins with neither is not recognised as JSON
	head, _ := in.Peek(window)
	switch {
	case opening == '[':
		if err := d.readList(); err != nil {
			return err
		}
	case opensList(head):
		if err := d.readWrapping(); err != nil {
			return err
		}
	default:
		return d.readObjects()
	}
	if b, err := d.peek(); err == nil {
		return placed(lineNumber(d.line), fmt.Errorf("after the end of the list comes %q; a JSON file holds one list", b))
	} else if err != io.EOF {
		return d.failure(lineNumber(d.line), err)
	}
	return nil
}

// failure words an error in getting at the text.
func (d *document) failure(at fmt.Stringer, err error) error {
	switch err {
	case io.EOF:
		return placed(at, errEnd)
	case errTooLong:
		return placed(at, err)
	}
	return readError(place{unit: unitLine, number: d.line - 1}, err)
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
				return placed(lineNumber(d.line), fmt.Errorf("a comma stands behind element %d, the last one of the list; remove it", d.elements))
			}
			if !comma {
				b, _ := d.peek()
				return placed(lineNumber(d.line), fmt.Errorf("after element %d comes %q; a comma must part the elements of a list, or ] end it", d.elements, b))
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
	at := place{unit: unitElement, number: d.elements, line: line}
	if err == io.EOF && len(raw) > 0 {
		return placed(at, errors.New("the file ends inside this element, so it was probably cut off: download or write it again"))
	}
	if err != nil {
		return d.failure(at, err)
	}
	record, fault, err := parseObject(raw, unitElement)
	if err != nil {
		at.line += bytes.Count(raw[:min(fault, len(raw))], []byte("\n"))
		return placed(at, err)
	}
	d.elements++
	return d.add(at, record, func() []string { return names(raw) })
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
			return placed(lineNumber(line), fmt.Errorf("not JSON: %.40q stands where a name in quotes must", key))
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

// readMember reads the list of pairs, or passes over any other value.
func (d *document) readMember(key string) error {
	b, err := d.peek()
	if err != nil {
		return d.failure(lineNumber(d.line), err)
	}
	if b == '[' {
		if d.list != "" {
			return placed(lineNumber(d.line), fmt.Errorf("the object holds two lists, %s and %s; a file holds one: put each in a file of its own", d.list, key))
		}
		d.list = key
		return d.readList()
	}
	raw, line, err := d.value()
	if err != nil {
		return d.failure(lineNumber(line), err)
	}
	if !json.Valid(raw) {
		return placed(lineNumber(line), fmt.Errorf("not JSON: the value of %s", key))
	}
	return nil
}

// expect passes over one byte, which must come next.
func (d *document) expect(wanted byte, where string) error {
	found, err := d.take(wanted)
	if err != nil {
		return d.failure(lineNumber(d.line), err)
	}
	if !found {
		b, _ := d.peek()
		return placed(lineNumber(d.line), fmt.Errorf("not JSON: %s comes %q where %q must stand", where, b, wanted))
	}
	return nil
}
