package recordfile

import (
	"bufio"
	"errors"
	"io"
)

// A cursor walks over JSON text, holding one value at a time in memory.
type cursor struct {
	in   *bufio.Reader
	line int // 1-based line of the next byte
	buf  []byte
}

// peek skips white space and returns the byte after it.
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

// take skips white space, and the wanted byte if it comes next.
func (c *cursor) take(wanted byte) (bool, error) {
	b, err := c.peek()
	if err == nil && b == wanted {
		c.in.ReadByte()
	}
	return err == nil && b == wanted, err
}

// value returns the text of the next value and the line where it begins. It
// only looks for the end of the value, which may still be invalid. The text is
// valid until the next call.
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
		if c.buf = append(c.buf, b); len(c.buf) > MaxRecord {
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

// errEnd is the error of a file that ends inside its list.
var errEnd = errors.New("the file ends before its list does, so it was probably cut off: download or write it again")
