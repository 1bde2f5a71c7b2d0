package recordfile

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"example.com/gonb-dpo/dpocore/preference"
)

// window is how many bytes of a file are used to detect its format.
const window = 1 << 20

// buffers are readers with a buffer of window bytes. Allocating one takes
// longer than reading a small file.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, window) }}

// buffered reads r through one of the buffers; release returns it.
func buffered(r io.Reader) *bufio.Reader {
	in := buffers.Get().(*bufio.Reader)
	in.Reset(r)
	return in
}

func release(in *bufio.Reader) {
	in.Reset(nil)
	buffers.Put(in)
}

// accepted ends errors about other files.
const accepted = "give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected"

// The formats. A text table has its separator as its format.
const (
	formatLines    = "lines"
	formatDocument = "document"
	formatParquet  = "parquet"
)

// byteOrderMark may start a file that was saved on Windows.
var byteOrderMark = []byte("\xef\xbb\xbf")

// unzip returns in, or its decompressed content if it is gzipped.
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

// detect detects the format by the beginning of the file. It skips a byte
// order mark.
func (c *reader) detect(in *bufio.Reader) (format string, err error) {
	if mark, _ := in.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
		in.Discard(len(byteOrderMark))
	}
	head, readErr := in.Peek(window)
	if readErr != nil && readErr != io.EOF && len(head) == 0 {
		return "", readError(Place{Unit: preference.UnitLine}, readErr)
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
	case text[0] == '[', text[0] == '{' && (c.wrapsList(text) || opensMore(text)):
		return formatDocument, nil
	case text[0] == '{':
		return formatLines, nil
	}
	return separator(text)
}

// opensMore reports whether the first line is only the beginning of an object,
// so that the file is not JSON Lines.
func opensMore(text []byte) bool {
	line, _, whole := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimSpace(line)
	return whole && bytes.IndexByte([]byte("{[,:"), line[len(line)-1]) >= 0
}

// wrapsList reports whether an object wraps a list of records:
// {"data": [{"prompt": …}]}. A record does not, nor are turns records, and no
// other object follows.
func (c *reader) wrapsList(text []byte) bool {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	var object Fields
	if json.Unmarshal(line, &object) == nil {
		if object["prompt"] != nil || len(bytes.TrimSpace(rest)) > 0 || c.IsRecord(slices.Collect(maps.Keys(object))) {
			return false
		}
		return slices.ContainsFunc(slices.Collect(maps.Values(object)), listOfRecords)
	}
	return firstList(&cursor{in: bufio.NewReader(bytes.NewReader(text))})
}

// firstList reports whether the first list in an object that may be cut off is
// a list of records.
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

// listOfRecords reports whether a value is a list of objects other than
// turns.
func listOfRecords(value json.RawMessage) bool {
	var list []Fields
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

// isTurnField reports whether a name is a field of a turn, in either of the two
// usual forms.
func isTurnField(name string) bool {
	return slices.Contains([]string{"role", "content", "from", "value"}, name)
}

// separator returns the separator of the columns of a table: comma, tab or
// semicolon, whichever is most frequent in the first line.
func separator(text []byte) (string, error) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.Contains(bytes.TrimSuffix(line, []byte("\r")), []byte("\r")) {
		return "", errors.New(", line 1: the lines end in a carriage return alone; save the file with line feeds (LF, or CR LF)")
	}
	best, count := "", 0
	for _, candidate := range []string{",", "\t", ";"} {
		if n := bytes.Count(line, []byte(candidate)); n > count {
			best, count = candidate, n
		}
	}
	if best == "" || bytes.IndexByte(line, 0) >= 0 {
		shown := strings.ToValidUTF8(string(line[:min(len(line), 40)]), "�")
		return "", fmt.Errorf(", line 1: this is neither JSON nor a table with named columns; the file begins with %q; %s", shown, accepted)
	}
	return best, nil
}

// readError explains why a record can't be read.
func readError(at Place, err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt) {
		return ErrorAt(at, fmt.Errorf("the gzip file is damaged or cut off here (%w); download or pack it again", err))
	}
	return ErrorAt(at, fmt.Errorf("read the file: %w", err))
}
