// Package atomicfile writes files that are either complete or not there at all.
package atomicfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/internal/disk"
)

// unfinished is the suffix of files that are being written.
const unfinished = ".unfinished"

// Write calls fill with a writer to a temporary file beside path, and renames that file to path once it is on disk. If fill or
// the disk fails, path keeps its earlier content. An earlier file keeps its permissions, and a symbolic link leads to the new
// file. A device or a named pipe is written to directly.
func Write(path string, fill func(w io.Writer) error) error {
	if err := write(path, fill); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func write(path string, fill func(w io.Writer) error) error {
	path, earlier, err := target(path)
	switch {
	case err != nil:
		return err
	case earlier != 0 && !earlier.IsRegular():
		return writeThrough(path, fill)
	}
	dir := filepath.Dir(path)
	if err := disk.MkdirAll(dir); err != nil {
		return err
	}
	temp, err := disk.Temp(dir, tempPattern(filepath.Base(path)))
	if err != nil {
		return err
	}
	if err := fillFile(temp, earlier, fill); err != nil {
		temp.Close()
		os.Remove(temp.Name())
		return err
	}
	if err := disk.Rename(temp.Name(), path); err != nil {
		os.Remove(temp.Name())
		return err
	}
	return SyncDir(dir)
}

// fillFile writes a temporary file, gives it the permissions of the earlier file, if any, and closes it.
func fillFile(temp *disk.File, earlier fs.FileMode, fill func(w io.Writer) error) error {
	buffered := bufio.NewWriterSize(temp, 1<<20)
	if err := fill(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if earlier != 0 {
		if err := temp.Chmod(earlier.Perm()); err != nil {
			return err
		}
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	return temp.Close()
}

// writeThrough writes to a device or a named pipe, which has no earlier content to keep.
func writeThrough(path string, fill func(w io.Writer) error) error {
	file, err := disk.Open(path, os.O_WRONLY)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(file)
	return errors.Join(fill(buffered), buffered.Flush(), file.Close())
}

// tempPattern is the pattern of a temporary file's name, which is no longer than file systems allow even if base nearly is.
func tempPattern(base string) string {
	const room = 200 // bytes
	return "." + base[:min(len(base), room)] + ".*" + unfinished
}

// WriteBytes is Write for a slice.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// WriteJSON writes content as indented JSON that ends with a newline.
func WriteJSON(path string, content any) error {
	raw, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return WriteBytes(path, append(raw, '\n'))
}

// ReadJSON reads a file that [WriteJSON] wrote; exists is false if there is none.
func ReadJSON(path string, into any) (exists bool, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	return true, nil
}

// SyncDir makes the names in a folder durable: a rename survives a power cut only once its folder is synced.
func SyncDir(dir string) error { return disk.SyncDir(dir) }

// Unfinished reports whether a name is that of a file that was not finished because its process died.
func Unfinished(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, unfinished)
}
