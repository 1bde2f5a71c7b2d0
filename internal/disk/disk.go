// Package disk is the way by which this program changes files that must outlast it. Each change can be made to fail, so
// that tests find out what a crash or a full disk at that point leaves behind; see [Before].
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Change is one change that is about to be made.
type Change struct {
	Op   string       // make, write, cut, sync, rename, exchange, link or remove
	Path string       // of what is changed; with rename and link its new name
	From string       // with rename its old name, with exchange the other one
	Half func() error // writes the first half of what is to be written; nil but for write
}

// Before, where it is set, is asked before each change; its error takes the change's place. Tests alone set it, before
// anything is written.
var Before func(Change) error

func ask(op, path string) error { return About(Change{Op: op, Path: path}) }

// About tells Before of a change that is about to be made, by this package or another one.
func About(c Change) error {
	if Before == nil {
		return nil
	}
	if err := Before(c); err != nil {
		return &fs.PathError{Op: c.Op, Path: c.Path, Err: err}
	}
	return nil
}

// File is an open file. What is read and asked of it is the system's; changes go the package's way.
type File struct{ *os.File }

// Open opens a file as [os.OpenFile] does; a new one is readable by all.
func Open(path string, flag int) (*File, error) {
	if flag&os.O_CREATE != 0 {
		if err := ask("make", path); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		return nil, err
	}
	return &File{file}, nil
}

// Temp makes a file with a name of its own; the last * of the pattern becomes a number.
func Temp(dir, pattern string) (*File, error) {
	if err := ask("make", filepath.Join(dir, pattern)); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	return &File{file}, nil
}

func (f *File) Write(content []byte) (int, error) {
	half := func() error {
		_, err := f.File.Write(content[:len(content)/2])
		return err
	}
	if err := About(Change{Op: "write", Path: f.Name(), Half: half}); err != nil {
		return 0, err
	}
	return f.File.Write(content)
}

// Truncate cuts the file.
func (f *File) Truncate(size int64) error {
	if err := ask("cut", f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Sync returns once what was written is on the disk itself.
func (f *File) Sync() error {
	if err := ask("sync", f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}

// MkdirAll makes a folder and those above it, which then outlast a power cut.
func MkdirAll(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return os.MkdirAll(dir, 0o755) // which says so where it is no folder
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := MkdirAll(above); err != nil {
			return err
		}
	}
	if err := ask("make", dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { // another process may have made it
		return err
	}
	return SyncDir(above)
}

// MkdirTemp makes a folder with a name of its own, for its owner alone; the last * of the pattern becomes a number.
func MkdirTemp(dir, pattern string) (string, error) {
	if err := ask("make", filepath.Join(dir, pattern)); err != nil {
		return "", err
	}
	return os.MkdirTemp(dir, pattern)
}

// Rename gives a file or folder another name.
func Rename(from, to string) error {
	if err := About(Change{Op: "rename", Path: to, From: from}); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Symlink makes a link at path.
func Symlink(target, path string) error {
	if err := ask("link", path); err != nil {
		return err
	}
	return os.Symlink(target, path)
}

// Remove removes a file or an empty folder.
func Remove(path string) error {
	if _, err := os.Lstat(path); err == nil {
		if err := ask("remove", path); err != nil {
			return err
		}
	}
	return os.Remove(path)
}

// RemoveAll removes a file, or a folder and what it holds; nothing, where nothing is.
func RemoveAll(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := RemoveAll(filepath.Join(path, entry.Name())); err != nil {
				return err
			}
		}
	}
	return Remove(path)
}

// SyncDir makes the names in a folder last: a rename survives a power cut only once its folder is synced.
func SyncDir(dir string) error {
	if err := ask("sync", dir); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
