package preference

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// window is how many bytes of a file's beginning tell its format.
const window = 1 << 20

// buffers are readers with a buffer of a window. To make and clear one takes
// longer than to read a small file.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, window) }}

// buffered reads r through one of the buffers, which release takes back.
func buffered(r io.Reader) *bufio.Reader {
	in := buffers.Get().(*bufio.Reader)
	in.Reset(r)
	return in
}

func release(in *bufio.Reader) {
	in.Reset(nil)
	buffers.Put(in)
}

// accepted says what a file must be.
const accepted = "give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected"

// The formats; a table is named by what parts its columns.
const (
	formatLines    = "lines"
	formatDocument = "document"
	formatParquet  = "parquet"
)

// byteOrderMark may open a file that was saved on Windows.
var byteOrderMark = []byte("\xef\xbb\xbf")

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
	return buffered(zipped), nil
}

// recognise tells the format by the file's beginning, and passes over a
// byte order mark.
func recognise(in *bufio.Reader) (format string, err error) {
	if mark, _ := in.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
		in.Discard(len(byteOrderMark))
	}
	head, readErr := in.Peek(window)
	if readErr != nil && readErr != io.EOF && len(head) == 0 {
		return "", readError(place{unit: unitLine}, readErr)
	}
	if bytes.HasPrefix(head, []byte("PAR1")) {
		return formatParquet, nil
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	if err := checkForeign(head, text); err != nil {
		return "", err
	}
	switch {
	case len(head) == 0:
		return "", fmt.Errorf(": the file is empty; %s", accepted)
	case len(text) == 0 && len(head) < window:
		return "", fmt.Errorf(": the file is empty but for white space; %s", accepted)
	case text[0] == '[', text[0] == '{' && (opensList(text) || opensMore(text)):
		return formatDocument, nil
	case text[0] == '{':
		return formatLines, nil
	}
	return separator(text)
}

// opensMore reports whether the first line of an object is only its
// beginning, so that the file is not JSON Lines.
func opensMore(text []byte) bool {
	line, _, whole := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimSpace(line)
	return whole && bytes.IndexByte([]byte("{[,:"), line[len(line)-1]) >= 0
}

// opensList reports whether an object is the wrapping of a list of records:
// {"data": [{"prompt": …}]}. A pair is none, nor are turns records.
func opensList(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if whole, _, err := parseObject(line, unitLine); err == nil {
		for _, role := range []string{"chosen", "rejected"} {
			if name, err := pick(names(line), role, field); name != "" || err != nil {
				return false
			}
		}
		for _, value := range whole {
			if listOfRecords(value) {
				return true
			}
		}
		return false
	}
	return firstList(&cursor{in: bufio.NewReader(bytes.NewReader(text))})
}

// firstList reports whether the first list in an object is one of records,
// as far as the text goes.
func firstList(c *cursor) bool {
	c.take('{')
	for {
		raw, _, err := c.value()
		key := string(raw)
		if colon, _ := c.take(':'); err != nil || !colon || slices.Contains([]string{`"prompt"`, `"chosen"`, `"rejected"`}, key) {
			return false
		}
		if list, _ := c.take('['); list {
			object, _ := c.take('{')
			name, _, err := c.value()
			return object && err == nil && !isTurnField(strings.Trim(string(name), `"`))
		}
		if _, _, err := c.value(); err != nil {
			return false
		}
		if comma, _ := c.take(','); !comma {
			return false
		}
	}
}

// listOfRecords reports whether a value is a list of objects that are no
// turns.
func listOfRecords(value json.RawMessage) bool {
	var list []fields
	if json.Unmarshal(value, &list) != nil || len(list) == 0 {
		return false
	}
	for name := range list[0] {
		if isTurnField(name) {
			return false
		}
	}
	return true
}

// isTurnField knows the names in the two usual ways to write a turn.
func isTurnField(name string) bool {
	return slices.Contains([]string{"role", "content", "from", "value"}, name)
}

// separator returns what parts the columns of a table by its first line: of
// comma, tab and semicolon the most frequent.
func separator(text []byte) (string, error) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.Contains(bytes.TrimSuffix(line, []byte("\r")), []byte("\r")) {
		return "", errors.New(", line 1: the lines end in a carriage return alone; save the file with line feeds (LF, or CR LF)")
	}
	best, most := "", 0
	for _, candidate := range []string{",", "\t", ";"} {
		if n := bytes.Count(line, []byte(candidate)); n > most {
			best, most = candidate, n
		}
	}
	if best == "" || bytes.IndexByte(line, 0) >= 0 {
		shown := strings.ToValidUTF8(string(line[:min(len(line), 40)]), "�")
		return "", fmt.Errorf(", line 1: this is neither JSON nor a table with named columns; the file begins with %q; %s", shown, accepted)
	}
	return best, nil
}

// readError words a failure to get at the bytes of a record.
func readError(at place, err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt) {
		return placed(at, fmt.Errorf("the gzip file is damaged or cut off here (%w); download or pack it again", err))
	}
	return placed(at, fmt.Errorf("read the file: %w", err))
}
