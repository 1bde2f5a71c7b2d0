package judgement

import (
	"errors"
	"fmt"
	"io/fs"

	"example.com/gonb-dpo/internal/lines"
)

// The kinds of lines.
const (
	drawn  = "drawn"
	judged = "judged"
)

// line is a line of a file: a drawing, or a judgement, which holds its drawing.
type line struct {
	Kind string `json:"kind"`
	Drawing
	*Verdict
}

// A File takes lines. Several processes may have the same one open.
type File struct {
	path  string
	lines *lines.File
}

// Open opens a file, or makes it. What it held before must be such a file.
func Open(path string) (*File, error) {
	if _, err := Read(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := lines.Open(path, func(tail []byte) bool {
		_, fault := parse(tail)
		return fault == nil
	})
	if err != nil {
		return nil, fmt.Errorf("open the file of rankings: %w", err)
	}
	return &File{path, file}, nil
}

// Close lets go of the file. All lines are on the disk already.
func (f *File) Close() error { return f.lines.Close() }

// Draw keeps a drawing, so that a session that ends before it is judged can
// go on with it. It sets the drawing's ID.
func (f *File) Draw(d *Drawing) error {
	if err := d.check(); err != nil {
		return fmt.Errorf("keep the answers: %w", err)
	}
	if err := d.Identify(); err != nil {
		return err
	}
	return f.add(line{Kind: drawn, Drawing: *d})
}

// Judge keeps a verdict on a drawing. A later one of the same rater on the
// same drawing takes its place.
func (f *File) Judge(d Drawing, v Verdict) error {
	err := d.check()
	if err == nil {
		err = v.check(len(d.Answers))
	}
	if err == nil {
		err = d.Identify()
	}
	if err != nil {
		return fmt.Errorf("keep the ranking: %w", err)
	}
	return f.add(line{judged, d, &v})
}

// add appends a line, and returns once it is on the disk.
func (f *File) add(l line) error {
	if err := f.lines.Add(l); err != nil {
		return fmt.Errorf("write to %s: %w", f.path, err)
	}
	return nil
}
