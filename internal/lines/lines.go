// Package lines appends lines to files durably: a line is on disk once [File.Add] has returned, and a crash can only cut off
// the line that was being added. Several processes may append to the same file.
package lines

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/lock"
)

// File is a file opened for appending.
type File struct {
	file       *disk.File
	isComplete func(tail []byte) bool
}

// Open opens a file, creating it if needed. A last line without a newline was cut off by a crash and will be removed, unless
// isComplete says otherwise; isComplete may be nil.
func Open(path string, isComplete func(tail []byte) bool) (*File, error) {
	file, err := disk.Open(path, os.O_CREATE|os.O_RDWR|os.O_APPEND)
	if err != nil {
		return nil, err
	}
	if err := disk.SyncDir(filepath.Dir(path)); err != nil { // makes the name of a new file durable
		file.Close()
		return nil, err
	}
	if isComplete == nil {
		isComplete = func([]byte) bool { return false }
	}
	return &File{file, isComplete}, nil
}

// Close closes the file. All lines are on disk already.
func (f *File) Close() error { return f.file.Close() }

// Add appends an item as a line of JSON, in one write, while holding a lock against other processes.
func (f *File) Add(item any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line) // writes the newline too
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(item); err != nil {
		return err
	}
	held, err := lock.Exclusive(f.file.Name())
	if err != nil {
		return err
	}
	defer held.Release()
	size, err := f.repair()
	if err != nil {
		return err
	}
	if _, err = f.file.Write(line.Bytes()); err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the line is not saved: %w", err), f.file.Truncate(size))
	}
	return nil
}

// repair removes a last line that was cut off when its process was killed; it was never reported as saved. A complete line
// without a newline gets one. It returns the size of the file.
func (f *File) repair() (size int64, err error) {
	info, err := f.file.Stat()
	if err != nil {
		return 0, err
	}
	size = info.Size()
	tail, err := lastLine(f.file, size)
	if err != nil || len(tail) == 0 {
		return size, err
	}
	if f.isComplete(tail) {
		_, err := f.file.Write([]byte("\n"))
		return size + 1, err
	}
	size -= int64(len(tail))
	return size, f.file.Truncate(size)
}

// lastLine returns what follows the last newline.
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
