// Package atomicfile writes files that are either complete or not there at all.
package atomicfile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/internal/disk"
)

// unfinished is the suffix of files that are being written.
const unfinished = ".unfinished"

// Write calls fill with a writer to a temporary file beside path, and renames that file to path once it is on disk. If fill or
// the disk fails, path keeps its earlier content.
func Write(path string, fill func(w io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	if err := disk.MkdirAll(dir); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	temp, err := disk.Temp(dir, "."+filepath.Base(path)+".*"+unfinished)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	buffered := bufio.NewWriterSize(temp, 1<<20)
	if err := fill(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := temp.Chmod(0o644); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := disk.Rename(temp.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
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

// SyncDir makes the names in a folder durable: a rename survives a power cut only once its folder is synced.
func SyncDir(dir string) error { return disk.SyncDir(dir) }

// Unfinished reports whether a name is that of a file that was not finished because its process died.
func Unfinished(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, unfinished)
}
