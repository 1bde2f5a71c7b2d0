package judgement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
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
	path string
	file *os.File
}

// Open opens a file, or makes it. What it held before must be such a file.
func Open(path string) (*File, error) {
	if _, err := Read(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the file of rankings: %w", err)
	}
	if err := syncFolder(path); err != nil {
		file.Close()
		return nil, fmt.Errorf("open the file of rankings: %w", err)
	}
	return &File{path, file}, nil
}

// syncFolder makes a new file's name last.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// Close lets go of the file. All lines are on the disk already.
func (f *File) Close() error { return f.file.Close() }

// Draw keeps a drawing, so that a session that ends before it is judged can
// go on with it. It sets the drawing's ID.
func (f *File) Draw(d *Drawing) error {
	if err := d.check(); err != nil {
		return fmt.Errorf("keep the answers: %w", err)
	}
	if err := d.identify(); err != nil {
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
		err = d.identify()
	}
	if err != nil {
		return fmt.Errorf("keep the ranking: %w", err)
	}
	return f.add(line{judged, d, &v})
}

// add appends a line in one write, under a lock that no other process has,
// and returns once it is on the disk.
func (f *File) add(l line) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text) // ends the line
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(l); err != nil {
		return fmt.Errorf("write to %s: %w", f.path, err)
	}
	unlock, err := lock(f.file, syscall.LOCK_EX)
	if err != nil {
		return fmt.Errorf("write to %s: %w", f.path, err)
	}
	defer unlock()
	size, err := f.mend()
	if err != nil {
		return fmt.Errorf("write to %s: %w", f.path, err)
	}
	if _, err = f.file.Write(text.Bytes()); err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write to %s: the line is not kept: %w", f.path, err), f.file.Truncate(size))
	}
	return nil
}

// mend takes away a last line that a session was writing when it was killed:
// it was never reported as kept. A whole line without its end gets one. It
// returns the file's size.
func (f *File) mend() (size int64, err error) {
	info, err := f.file.Stat()
	if err != nil {
		return 0, err
	}
	size = info.Size()
	tail, err := lastLine(f.file, size)
	if err != nil || len(tail) == 0 {
		return size, err
	}
	if json.Valid(tail) {
		_, err := f.file.Write([]byte("\n"))
		return size + 1, err
	}
	size -= int64(len(tail))
	return size, f.file.Truncate(size)
}

// lastLine is what stands behind the last end of a line.
func lastLine(file io.ReaderAt, size int64) (tail []byte, err error) {
	for block := int64(4096); ; block *= 2 {
		begin := max(0, size-block)
		tail = make([]byte, size-begin)
		if _, err := file.ReadAt(tail, begin); err != nil && err != io.EOF {
			return nil, err
		}
		if at := bytes.LastIndexByte(tail, '\n'); at >= 0 || begin == 0 {
			return tail[at+1:], nil
		}
	}
}

// lock waits for a lock on a file, but not for ever: who holds it writes a
// line and lets go.
func lock(file *os.File, kind int) (unlock func(), err error) {
	const patience, pause = 10 * time.Second, 10 * time.Millisecond
	for end := time.Now().Add(patience); ; time.Sleep(pause) {
		err := syscall.Flock(int(file.Fd()), kind|syscall.LOCK_NB)
		if err == nil {
			return func() { syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }, nil // closing the file would do it too
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, fmt.Errorf("lock the file: %w", err)
		}
		if time.Now().After(end) {
			return nil, errors.New("another process has locked the file for 10 seconds; end it, or try again")
		}
	}
}
