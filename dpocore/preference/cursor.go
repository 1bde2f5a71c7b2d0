package preference

import (
	"bufio"
	"errors"
	"io"
)

// A cursor walks over a JSON text without holding more of it than one value.
type cursor struct {
	in   *bufio.Reader
	line int // 1-based line of the next byte
	buf  []byte
}

// peek passes over white space and returns the byte after it.
func (c *cursor) peek() (byte, error) {
	for {
		b, err := c.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch b {
		case '\n':
			c.line++
		case ' ', '\t', '\r':
		default:
			c.in.UnreadByte() // always possible after ReadByte
			return b, nil
		}
	}
}

// take passes over white space and the one byte, if that comes next.
func (c *cursor) take(wanted byte) (bool, error) {
	b, err := c.peek()
	if err == nil && b == wanted {
		c.in.ReadByte()
	}
	return err == nil && b == wanted, err
}

// value returns the text of the value that comes next and the line where it
// begins. Only its end is looked for: what stands in it may still be wrong.
// The text holds until the next call.
func (c *cursor) value() (raw []byte, line int, err error) {
	if _, err := c.peek(); err != nil {
		return nil, c.line, err
	}
	line, c.buf = c.line, c.buf[:0]
	depth, quoted, escape := 0, false, false
	for {
		b, err := c.in.ReadByte()
		if err != nil {
			if err == io.EOF && len(c.buf) > 0 && depth == 0 && !quoted {
				err = nil // a bare word ends with the file
			}
			return c.buf, line, err
		}
		bare := depth == 0 && !quoted && b != '"'
		if bare && len(c.buf) > 0 && endsWord(b) {
			c.in.UnreadByte() // always possible after ReadByte
			return c.buf, line, nil
		}
		if c.buf = append(c.buf, b); len(c.buf) > maxRecord {
			return nil, line, errTooLong
		}
		switch {
		case b == '\n':
			c.line++
			escape = false
		case escape:
			escape = false
		case quoted && b == '\\':
			escape = true
		case b == '"':
			quoted = !quoted
		case !quoted && (b == '{' || b == '['):
			depth++
		case !quoted && (b == '}' || b == ']'):
			depth--
		}
		if depth <= 0 && !quoted && (b == '}' || b == ']' || b == '"') {
			return c.buf, line, nil
		}
	}
}

// endsWord reports whether a byte ends a number or a word such as null.
func endsWord(b byte) bool {
	switch b {
	case ' ', '\t', '\r', '\n', ',', ':', '{', '[', ']', '}':
		return true
	}
	return false
}

// errEnd tells that a text ends where more must come.
var errEnd = errors.New("the file ends before its list does, so it was probably cut off: download or write it again")
