package recordfile

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

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/parquetjson"
)

// readParquet reads the needed columns of a Parquet file. A regular file is
// read in place; what comes through a pipe or is gzipped is first written to a
// temporary file, because Parquet has its directory at the end.
func (c *reader) readParquet(file io.Reader, in *bufio.Reader) error {
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
	t := &rows{reader: c}
	return t.guard(func() error { return t.read(at, size) })
}

// randomAccess returns the file and its size if it is a regular file that
// starts like a Parquet file; otherwise nil.
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

// spool copies the rest of the input to a temporary file.
func spool(in io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "pairs-*.parquet")
	if err != nil {
		return nil, fmt.Errorf(": unpack the Parquet file: %w", err)
	}
	if _, err := io.Copy(file, in); err != nil {
		file.Close()
		os.Remove(file.Name())
		return nil, readError(Place{Unit: preference.UnitRow}, err)
	}
	return file, nil
}

// checkFooter checks the last bytes of a Parquet file: the length of its
// directory, which must fit into the file, and its magic number.
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

// rows reads the rows of a Parquet file.
type rows struct {
	*reader
	row int // 0-based
}

// guard turns a panic of the Parquet library, which can happen on a damaged
// file, into an error.
func (t *rows) guard(read func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = t.damaged(fmt.Errorf("%v", fault))
		}
	}()
	return read()
}

// damaged is the error of a file that the Parquet library can't read.
func (t *rows) damaged(err error) error {
	return ErrorAt(Place{Unit: preference.UnitRow, Number: t.row}, fmt.Errorf("the Parquet file is damaged (%w); download or write it again", err))
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

// readGroup reads the needed columns of one row group, and of the first row all that can be read, since their values may tell
// what they are.
func (t *rows) readGroup(root *parquet.Column, group parquet.RowGroup, names []string) error {
	chunks := group.ColumnChunks()
	open := map[string]*parquetjson.Column{}
	defer func() {
		for _, column := range open {
			column.Close()
		}
	}()
	for range group.NumRows() {
		record := Fields{}
		for _, column := range root.Columns() {
			name := column.Name()
			needed := t.Needs(name)
			if _, duplicate := record[name]; duplicate || !needed && t.row > 0 {
				continue
			}
			if open[name] == nil && lz4(column) {
				if needed {
					return fmt.Errorf(": the column %q is compressed with LZ4, which can't be read here; write the file with Snappy, Zstandard or gzip", name)
				}
				continue
			}
			if open[name] == nil {
				open[name] = parquetjson.NewColumn(column, chunks, parquetjson.Limits{MaxList: MaxRecord, CheckText: checkText})
			}
			if raw, err := t.next(open[name], name); err == nil {
				record[name] = raw
			} else if needed {
				return t.columnError(name, err)
			}
		}
		at := Place{Unit: preference.UnitRow, Number: t.row}
		if err := t.Add(at, record, func() []string { return names }); err != nil {
			return err
		}
		t.row++
	}
	return nil
}

// next returns the next value of a column.
func (t *rows) next(column *parquetjson.Column, name string) (json.RawMessage, error) {
	raw, err := column.Next()
	if err != nil {
		return nil, err
	}
	return t.cell(name, raw)
}

// lz4 reports whether a column, or one inside it, is compressed with LZ4. The
// Parquet library's LZ4 decoder allocates memory without limit for a damaged
// block.
func lz4(column *parquet.Column) bool {
	if column.Leaf() {
		return column.Compression().CompressionCodec() == format.Lz4Raw
	}
	return slices.ContainsFunc(column.Columns(), lz4)
}

// cell converts a string as if it were the cell of a text table.
func (t *rows) cell(name string, raw json.RawMessage) (json.RawMessage, error) {
	if KindOf(raw) != "a string" {
		return raw, nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, &parquetjson.TextError{Err: err}
	}
	value, err := t.Cell(name, text)
	if err != nil {
		return nil, &parquetjson.TextError{Err: err}
	}
	return value, nil
}

// columnError explains why a column can't be read in the current row.
func (t *rows) columnError(name string, err error) error {
	var inText *parquetjson.TextError
	switch {
	case errors.As(err, &inText):
		return ErrorAt(Place{Unit: preference.UnitRow, Number: t.row}, fmt.Errorf("%s %w", Column.Of(name), err))
	case errors.Is(err, parquetjson.ErrTooLong):
		return ErrorAt(Place{Unit: preference.UnitRow, Number: t.row}, fmt.Errorf("%s: %w", Column.Of(name), errTooLong))
	case err == io.EOF:
		err = errors.New("its values end here")
	}
	return t.damaged(fmt.Errorf("%s: %w", Column.Of(name), err))
}
