package preference

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// readLines reads JSON Lines: one object a line.
func (c *collector) readLines(in *bufio.Reader) error {
	var line []byte
	for number := 0; ; number++ {
		at := place{unit: unitLine, number: number}
		var readErr error
		line, readErr = readLine(in, line[:0])
		switch {
		case readErr == errTooLong:
			return placed(at, readErr)
		case readErr != nil && readErr != io.EOF:
			return readError(at, readErr)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			record, _, err := parseObject(line, unitLine)
			if err != nil {
				return placed(at, tornLine(line, err))
			}
			if err := c.add(at, record, func() []string { return names(line) }); err != nil {
				return err
			}
		}
		if readErr == io.EOF {
			return nil
		}
	}
}

// readLine appends a line with its end to line, unless it is too long.
func readLine(in *bufio.Reader, line []byte) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxRecord {
			return line, errTooLong
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// tornLine adds to err where line is a last line that was cut off.
func tornLine(line []byte, err error) error {
	if errors.Is(err, errCutOff) && !bytes.HasSuffix(line, []byte("\n")) {
		return fmt.Errorf("%w; this is the file's last line and has no line end, so the file was probably cut off: download or write it again", err)
	}
	return err
}
