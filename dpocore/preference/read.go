package preference

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// ReadFile reads the pairs of a file: JSON Lines, JSON, CSV, TSV or Parquet,
// gzipped or not. The format is recognised by the content, whatever the name.
//
// A record that is broken (not of the format, a column missing or of the
// wrong type, not UTF-8, a NUL byte) is an error that names the file, the
// 1-based line, element or row, and the column. A well-formed pair that can
// teach nothing is left out and listed in Skipped. No pair left is an error.
//
// Of the file a buffer and the record at hand are held in memory, and of the
// pairs what is not text: long texts lie in files that the system reads when
// they are looked at. A record is at most 64 MiB long.
func ReadFile(path string) (*Set, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, folderError(path)
	}
	return Read(file, path)
}

// A fileError is a sentence of its own about an error of the file system.
type fileError struct {
	sentence string
	cause    error
}

func (e *fileError) Error() string { return e.sentence }
func (e *fileError) Unwrap() error { return e.cause }

// openError words why a file can't be opened.
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

// folderError refuses a folder and names the files in it.
func folderError(path string) error {
	const most = 5
	var files []string
	entries, _ := os.ReadDir(path) // a folder that can't be listed is one without files
	for _, entry := range entries {
		if entry.Type().IsRegular() && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, entry.Name())
		}
	}
	if len(files) == 0 {
		return fmt.Errorf("%s: this is a folder, not a file of preference pairs; name a file", path)
	}
	return fmt.Errorf("%s: this is a folder, not a file of preference pairs; name a file in it, such as %s", path, strings.Join(files[:min(most, len(files))], ", "))
}

// Read is ReadFile for any reader; source names it in errors and in pairs.
func Read(r io.Reader, source string) (*Set, error) {
	c := &collector{set: &Set{Source: source}}
	if err := c.read(r); err != nil {
		return nil, fmt.Errorf("%s%w", source, err)
	}
	if len(c.set.Pairs) == 0 && len(c.set.Skipped) == 0 {
		return nil, fmt.Errorf("%s: the file can be read, but holds no pair; write pairs into it, or give another file", source)
	}
	if len(c.set.Pairs) == 0 {
		return nil, fmt.Errorf("%s: no pair is left to learn from (%s); check that every pair has a prompt, and that %q and %q answer it differently",
			source, c.set.Report(), c.set.Columns.Chosen, c.set.Columns.Rejected)
	}
	return c.set, nil
}

// read recognises the format and reads all records. Its errors begin with
// what follows the file's name.
func (c *collector) read(r io.Reader) error {
	file, whole := r, buffered(r)
	defer release(whole)
	in, err := unzip(whole)
	if err != nil {
		return fmt.Errorf(": this begins like a gzip file, but its header is damaged or cut off (%w); download or pack it again", err)
	}
	if in != whole {
		defer release(in)
	}
	format, err := recognise(in)
	if err != nil {
		return err
	}
	c.word = field
	if c.each != nil && format == formatDocument && c.opensRecord(in) {
		format = formatLines
	}
	switch format {
	case formatLines:
		return c.readLines(in)
	case formatDocument:
		return c.readDocument(in)
	case formatParquet:
		c.word = column
		return c.readParquet(file, in)
	}
	c.word = column
	return c.readTable(in, format)
}
