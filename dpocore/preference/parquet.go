package preference

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// readParquet reads the rows of a Parquet file, of each only the columns that
// a pair is made of. The file is read where it lies if it is one; what comes
// through a pipe or is gzipped is first written to a temporary file, as
// Parquet has its directory at the end.
func (c *collector) readParquet(file io.Reader, in *bufio.Reader) error {
	at, size := randomAccess(file)
	if at == nil {
		spooled, err := spool(in)
		if err != nil {
			return err
		}
		defer os.Remove(spooled.Name())
		defer spooled.Close()
		at, size = randomAccess(spooled)
	}
	if err := checkFooter(at, size); err != nil {
		return err
	}
	t := &rows{collector: c, kinds: map[string]*cellKind{}}
	return t.guard(func() error { return t.read(at, size) })
}

// randomAccess returns the file itself and its size if it is one that begins
// as a Parquet file does, or nil.
func randomAccess(r io.Reader) (io.ReaderAt, int64) {
	file, ok := r.(*os.File)
	if !ok {
		return nil, 0
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0
	}
	magic := make([]byte, 4)
	if _, err := file.ReadAt(magic, 0); err != nil || string(magic) != "PAR1" {
		return nil, 0
	}
	return file, info.Size()
}

// spool copies what is left to read to a temporary file.
func spool(in io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "pairs-*.parquet")
	if err != nil {
		return nil, fmt.Errorf(": unpack the Parquet file: %w", err)
	}
	if _, err := io.Copy(file, in); err != nil {
		file.Close()
		os.Remove(file.Name())
		return nil, readError(place{unit: unitRow}, err)
	}
	return file, nil
}

// checkFooter looks at the last bytes of a Parquet file: the length of its
// directory, which must fit into the file, and its mark.
func checkFooter(at io.ReaderAt, size int64) error {
	const frame = 12 // PAR1 twice, and the length
	tail := make([]byte, 8)
	if size >= frame {
		if _, err := at.ReadAt(tail, size-8); err != nil {
			return fmt.Errorf(": read the Parquet file's footer: %w", err)
		}
	}
	switch mark := string(tail[4:]); {
	case mark == "PARE":
		return errors.New(": this is an encrypted Parquet file; save it without encryption")
	case mark != "PAR1" || int64(binary.LittleEndian.Uint32(tail)) > size-frame:
		return errors.New(": the Parquet file has no footer at its end, so it was cut off or is damaged; download or write it again")
	}
	return nil
}

// Rows of a Parquet file.
type rows struct {
	*collector
	row   int // 0-based
	kinds map[string]*cellKind
}

// guard turns a failure inside the Parquet library, which may panic on a
// damaged file, into an error.
func (t *rows) guard(read func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = t.damaged(fmt.Errorf("%v", fault))
		}
	}()
	return read()
}

// damaged is the error for a file that the Parquet library can't read on.
func (t *rows) damaged(err error) error {
	return placed(place{unit: unitRow, number: t.row}, fmt.Errorf("the Parquet file is damaged (%w); download or write it again", err))
}

// read reads all rows.
func (t *rows) read(at io.ReaderAt, size int64) error {
	file, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf(": the Parquet file's footer is damaged (%w); download or write it again", err)
	}
	var names []string
	for _, column := range file.Root().Columns() {
		names = append(names, column.Name())
	}
	for _, group := range file.RowGroups() {
		if err := t.readGroup(file.Root(), group, names); err != nil {
			return err
		}
	}
	return nil
}

// readGroup reads the rows of one row group, of each only the columns that
// are wanted.
func (t *rows) readGroup(root *parquet.Column, group parquet.RowGroup, names []string) error {
	chunks := group.ColumnChunks()
	open := map[string]*tree{}
	defer func() {
		for _, column := range open {
			column.close()
		}
	}()
	for range group.NumRows() {
		record := fields{}
		for _, column := range root.Columns() {
			name := column.Name()
			if _, twice := record[name]; twice || !t.wanted(name) {
				continue
			}
			if open[name] == nil && lz4(column) {
				return fmt.Errorf(": the column %q is compressed by LZ4, which can't be read here; write the file with Snappy, Zstandard or gzip", name)
			}
			if open[name] == nil {
				open[name] = newTree(column, chunks)
			}
			raw, err := open[name].next()
			if err == nil {
				raw, err = t.cell(name, raw)
			}
			if err != nil {
				return t.columnError(name, err)
			}
			record[name] = raw
		}
		at := place{unit: unitRow, number: t.row}
		if err := t.add(at, record, func() []string { return names }); err != nil {
			return err
		}
		t.row++
	}
	return nil
}

// lz4 reports whether a column, or one in it, is compressed by LZ4. The
// Parquet library's decoder of it takes more and more memory for a block that
// is damaged, and never gives up.
func lz4(column *parquet.Column) bool {
	if column.Leaf() {
		return column.Compression().CompressionCodec() == format.Lz4Raw
	}
	return slices.ContainsFunc(column.Columns(), lz4)
}

// wanted reports whether a column is used, or before that is known, may be.
func (t *rows) wanted(name string) bool {
	if t.each != nil {
		return t.wantedRecord(name)
	}
	if t.form != nil {
		return t.uses(name)
	}
	plain := plainName(name)
	for role, others := range otherNames {
		if plain == role || slices.Contains(others, plain) {
			return true
		}
	}
	return name == "objective" || name == "weight"
}

// cell reads a text that may hold turns as JSON as the cell of a table is
// read.
func (t *rows) cell(name string, raw json.RawMessage) (json.RawMessage, error) {
	if t.each != nil || kindOf(raw) != "a string" || name == "objective" || name == "weight" {
		return raw, nil
	}
	var plain string
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, &textError{err}
	}
	if t.kinds[name] == nil {
		t.kinds[name] = new(cellKind)
	}
	value, err := t.kinds[name].value(name, plain)
	if err != nil {
		return nil, &textError{err}
	}
	return value, nil
}

// columnError words why a column can't be read in the present row.
func (t *rows) columnError(name string, err error) error {
	var inText *textError
	switch {
	case errors.As(err, &inText):
		return placed(place{unit: unitRow, number: t.row}, fmt.Errorf("%s %w", column.of(name), err))
	case err == errTooLong:
		return placed(place{unit: unitRow, number: t.row}, fmt.Errorf("%s: %w", column.of(name), err))
	case err == io.EOF:
		err = errors.New("its values end here")
	}
	return t.damaged(fmt.Errorf("%s: %w", column.of(name), err))
}
