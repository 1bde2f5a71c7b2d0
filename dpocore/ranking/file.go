package ranking

import (
	"errors"
	"fmt"
	"io/fs"

	"example.com/gonb-dpo/internal/lines"
)

// The two kinds of lines in a file.
const (
	kindCandidates = "drawn"
	kindJudgement  = "judged"
)

// line is one line of a file: candidates, or candidates with a verdict.
type line struct {
	Kind string `json:"kind"`
	Candidates
	*Verdict
}

// A File is a rankings file opened for appending. Several processes may append to the same file.
type File struct {
	path  string
	lines *lines.File
}

// Open opens a rankings file, creating it if needed. It fails if the file has other content.
func Open(path string) (*File, error) {
	if _, err := Read(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := lines.Open(path, func(tail []byte) bool {
		_, err := parse(tail)
		return err == nil
	})
	if err != nil {
		return nil, fmt.Errorf("open the rankings file: %w", err)
	}
	return &File{path, file}, nil
}

// Close closes the file. All lines are on disk already.
func (f *File) Close() error { return f.lines.Close() }

// AddCandidates appends candidates and sets their ID, so that a later session can continue with them. Adding known
// candidates again makes them the last ones of the file.
func (f *File) AddCandidates(c *Candidates) error {
	if err := c.check(); err != nil {
		return fmt.Errorf("save the answers: %w", err)
	}
	if err := c.Identify(); err != nil {
		return err
	}
	return f.add(line{Kind: kindCandidates, Candidates: *c})
}

// AddVerdict appends a verdict on candidates. It replaces an earlier one by the same rater.
func (f *File) AddVerdict(c Candidates, v Verdict) error {
	err := c.check()
	if err == nil {
		err = v.check(len(c.Answers))
	}
	if err == nil {
		err = c.Identify()
	}
	if err != nil {
		return fmt.Errorf("save the ranking: %w", err)
	}
	return f.add(line{kindJudgement, c, &v})
}

// add appends a line and returns once it is on disk.
func (f *File) add(l line) error {
	if err := f.lines.Add(l); err != nil {
		return fmt.Errorf("write to %s: %w", f.path, err)
	}
	return nil
}
