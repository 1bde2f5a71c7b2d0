package preference

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// byteOrderMark may open a file that was saved on Windows.
var byteOrderMark = []byte("\xef\xbb\xbf")

// ReadFile reads the pairs of a JSON Lines file. A gzipped file is
// recognised by its content, whatever its name.
//
// A line that is broken (not JSON, a field missing or of the wrong type, not
// UTF-8, a NUL byte) is an error that names the file, the 1-based line and
// the field. A well-formed pair that can teach nothing is left out and listed
// in Skipped. No pair left is an error.
func ReadFile(path string) (*Set, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read preference pairs: %w", err)
	}
	defer file.Close()
	return Read(file, path)
}

// Read is ReadFile for any reader; source names it in errors and in pairs.
func Read(r io.Reader, source string) (*Set, error) {
	in, err := unzip(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s: read as a gzip file: %w; download or pack it again", source, err)
	}
	if mark, _ := in.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
		in.Discard(len(byteOrderMark))
	}
	set := &Set{Source: source}
	var form *form
	for number := 0; ; number++ {
		line, readErr := in.ReadBytes('\n')
		if readErr != nil && readErr != io.EOF {
			return nil, readError(source, number, readErr)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			if err := set.add(line, number, &form); err != nil {
				return nil, fmt.Errorf("%s, line %d: %w", source, number+1, tornLine(line, err))
			}
		}
		if readErr == io.EOF {
			break
		}
	}
	if len(set.Pairs) == 0 && len(set.Skipped) == 0 {
		return nil, fmt.Errorf("%s: the file holds no pair; it needs one JSON object a line", source)
	}
	if len(set.Pairs) == 0 {
		return nil, fmt.Errorf("%s: no pair is left to learn from (%s); check that \"chosen\" and \"rejected\" answer the same prompt differently", source, set.Report())
	}
	return set, nil
}

// unzip returns in itself, or what it holds if that is gzipped.
func unzip(in *bufio.Reader) (*bufio.Reader, error) {
	magic, _ := in.Peek(2)
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return in, nil
	}
	zipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(zipped, 1<<20), nil
}

// readError words a failure to get at the bytes of a line.
func readError(source string, number int, err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt) {
		return fmt.Errorf("%s, line %d: the gzip file is damaged or cut off here (%w); download or pack it again", source, number+1, err)
	}
	return fmt.Errorf("%s, line %d: read: %w", source, number+1, err)
}

// tornLine adds to err where line is a last line that was cut off.
func tornLine(line []byte, err error) error {
	if errors.Is(err, errCutOff) && !bytes.HasSuffix(line, []byte("\n")) {
		return fmt.Errorf("%w; this is the file's last line and has no line end, so the file was probably cut off: download or write it again", err)
	}
	return err
}

// add reads the pair of one line into the set.
func (s *Set) add(line []byte, number int, expected **form) error {
	fields, err := parseLine(line)
	if err != nil {
		return err
	}
	found, err := formOf(fields)
	if err != nil {
		return err
	}
	if *expected == nil {
		found.line = number
		*expected = &found
	}
	if err := (*expected).check(found); err != nil {
		return err
	}
	pair, reason, err := (*expected).pair(fields)
	if err != nil {
		return err
	}
	if reason == "" {
		reason = pair.fault()
	}
	if reason != "" {
		s.Skipped = append(s.Skipped, Skip{Line: number, Reason: reason})
		return nil
	}
	pair.Source, pair.Line = s.Source, number
	s.Pairs = append(s.Pairs, pair)
	return nil
}
