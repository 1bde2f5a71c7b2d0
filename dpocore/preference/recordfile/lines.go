package recordfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/preference"
)

// readLines reads JSON Lines: one object per line.
func (c *reader) readLines(in *bufio.Reader) error {
	var line []byte
	for number := 0; ; number++ {
		at := Place{Unit: preference.UnitLine, Number: number}
		var readErr error
		line, readErr = readLine(in, line[:0])
		switch {
		case readErr == errTooLong:
			return ErrorAt(at, readErr)
		case readErr != nil && readErr != io.EOF:
			return readError(at, readErr)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			record, _, err := parseObject(line, preference.UnitLine)
			if err != nil {
				return ErrorAt(at, tornLine(line, err))
			}
			if err := c.Add(at, record, func() []string { return MemberNames(line) }); err != nil {
				return err
			}
		}
		if readErr == io.EOF {
			return nil
		}
	}
}

// readLine appends a line with its newline to line. It fails if the line is
// too long.
func readLine(in *bufio.Reader, line []byte) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > MaxRecord {
			return line, errTooLong
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// tornLine extends err if line is a last line that was cut off.
func tornLine(line []byte, err error) error {
	if errors.Is(err, errCutOff) && !bytes.HasSuffix(line, []byte("\n")) {
		return fmt.Errorf("%w; this is the file's last line and has no line end, so the file was probably cut off: download or write it again", err)
	}
	return err
}
