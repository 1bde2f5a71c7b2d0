// Package recordfile reads the records of JSON Lines, JSON, CSV, TSV and
// Parquet files, gzipped or not. A record is a JSON object or a row.
//
// [ReadFile] passes each record of a file to a function. Package pairfile
// reads preference pairs on top of [Open] and [Read].
package recordfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// MaxRecord is the maximum length of a record in bytes, so that a damaged or
// hostile file can't fill the memory.
const MaxRecord = 64 << 20

var errTooLong = errors.New("the record is longer than 64 MiB; it must hold one pair: check the file, or shorten the texts")

// A Consumer receives the records of a file.
type Consumer interface {
	// Start is called first, with the noun for the parts of a record.
	Start(part Noun)

	// Header is called with the column names in the first line of a text table.
	Header(names []string) error

	// Needs reports whether the values of a column are needed.
	Needs(column string) bool

	// IsRecord reports whether an object with these fields is a record, and
	// not an object that wraps a list of records.
	IsRecord(fields []string) bool

	// Cell converts the text of a table cell, or of a Parquet string, to JSON.
	// Its error continues a sentence that starts with the column.
	Cell(column, text string) (json.RawMessage, error)

	// Add is called with each record. names returns all names in the file, also
	// those of columns that are not needed. Add's error includes the place.
	Add(at Place, record Fields, names func() []string) error
}

// Open opens a file for reading. Its error is one sentence with the path.
func Open(path string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, folderError(path)
	}
	return file, nil
}

// A fileError replaces the text of a file system error.
type fileError struct {
	text  string
	cause error
}

func (e *fileError) Error() string { return e.text }
func (e *fileError) Unwrap() error { return e.cause }

// openError explains why a file can't be opened.
func openError(path string, err error) error {
	switch {
	case path == "":
		return &fileError{"the name of the file of preference pairs is empty; give the file's name", err}
	case errors.Is(err, fs.ErrNotExist):
		return &fileError{path + ": there is no such file; check its name and folder", err}
	case errors.Is(err, fs.ErrPermission):
		return &fileError{path + ": the file can't be opened, because you may not read it; change its permissions (chmod u+r) or its owner", err}
	}
	return fmt.Errorf("%s: open the file of preference pairs: %w", path, err)
}

// folderError refuses a folder and names some files in it.
func folderError(path string) error {
	const maxFiles = 5
	var files []string
	entries, _ := os.ReadDir(path) // an unreadable folder is treated as empty
	for _, entry := range entries {
		if entry.Type().IsRegular() && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, entry.Name())
		}
	}
	if slices.Contains(files, "dataset_info.json") || slices.Contains(files, "dataset_dict.json") {
		return fmt.Errorf("%s: this is a folder of datasets' save_to_disk, not a file of preference pairs; %s", path, toParquet)
	}
	if len(files) == 0 {
		return fmt.Errorf("%s: this is a folder, not a file of preference pairs; name a file", path)
	}
	return fmt.Errorf("%s: this is a folder, not a file of preference pairs; name a file in it, such as %s", path, strings.Join(files[:min(maxFiles, len(files))], ", "))
}

// reader passes the records of a file to its consumer.
type reader struct{ Consumer }

// Read detects the format by the content and passes all records to a
// consumer. Its errors start with what follows the name of the file, as in
// ", line 3: …".
func Read(file io.Reader, consumer Consumer) error {
	c := &reader{consumer}
	raw := buffered(file)
	defer release(raw)
	in, err := unzip(raw)
	if err != nil {
		return fmt.Errorf(": this begins like a gzip file, but its header is damaged or cut off (%w); download or pack it again", err)
	}
	if in != raw {
		defer release(in)
	}
	format, err := c.detect(in)
	if err != nil {
		return err
	}
	switch format {
	case formatLines:
		c.Start(Field)
		return c.readLines(in)
	case formatDocument:
		c.Start(Field)
		return c.readDocument(in)
	case formatParquet:
		c.Start(Column)
		return c.readParquet(file, in)
	}
	c.Start(Column)
	return c.readTable(in, format)
}
