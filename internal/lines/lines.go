// Package lines keeps files to which a line at a time is added for good: it is on the disk once Add has returned, and
// a crash can tear no other line than the one that was being added. Several processes may add to one file.
package lines

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"example.com/gonb-dpo/internal/disk"
)

// File is a file of lines that is open for adding.
type File struct {
	file  *disk.File
	whole func(tail []byte) bool
}

// Open opens a file, or makes it. A last line without an end is one that a crash has torn, unless whole says otherwise;
// whole may be nil.
func Open(path string, whole func(tail []byte) bool) (*File, error) {
	file, err := disk.Open(path, os.O_CREATE|os.O_RDWR|os.O_APPEND)
	if err != nil {
		return nil, err
	}
	if err := disk.SyncDir(filepath.Dir(path)); err != nil { // makes a new file's name last
		file.Close()
		return nil, err
	}
	if whole == nil {
		whole = func([]byte) bool { return false }
	}
	return &File{file, whole}, nil
}

// Close lets go of the file. All lines are on the disk already.
func (f *File) Close() error { return f.file.Close() }

// Add adds an item as a line of JSON, in one write, under a lock that no other process has.
func (f *File) Add(item any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line) // ends the line
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(item); err != nil {
		return err
	}
	unlock, err := Lock(f.file.File, syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	size, err := f.mend()
	if err != nil {
		return err
	}
	if _, err = f.file.Write(line.Bytes()); err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the line is not kept: %w", err), f.file.Truncate(size))
	}
	return nil
}

// mend takes away a last line that was being written when its process was killed: it was never reported as kept. A whole
// line without its end gets one. It returns the file's size.
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
	if f.whole(tail) {
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

// Lock waits for a lock on a file, syscall.LOCK_SH or LOCK_EX, but not for ever: who holds it writes a line and lets go.
func Lock(file *os.File, kind int) (unlock func(), err error) {
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
