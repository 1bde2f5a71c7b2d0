// Package disk makes all changes to files that must be durable. Tests can make each change fail, to find out what a crash or a
// full disk at that point leaves behind; see [Before].
package disk

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Change is one change that is about to be made.
type Change struct {
	Op   string       // make, write, cut, sync, rename, exchange, link or remove
	Path string       // of what is changed; for rename and link the new name
	From string       // for rename the old name, for exchange the other name
	Half func() error // for write: writes the first half of the content; otherwise nil
}

// Before, if set, is called before each change; if it returns an error, the change is not made. Only tests set it, before
// anything is written.
var Before func(Change) error

func ask(op, path string) error { return About(Change{Op: op, Path: path}) }

// About calls Before for a change that this or another package is about to make.
func About(c Change) error {
	if Before == nil {
		return nil
	}
	if err := Before(c); err != nil {
		return &fs.PathError{Op: c.Op, Path: c.Path, Err: err}
	}
	return nil
}

// File is an open file whose changes go through this package.
type File struct{ *os.File }

// Open is [os.OpenFile] with a mode that follows the umask.
func Open(path string, flag int) (*File, error) {
	if flag&os.O_CREATE != 0 {
		if err := ask("make", path); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, err
	}
	return &File{file}, nil
}

// Temp creates a file with a unique name; the * of the pattern becomes a number. Its mode follows the umask, as that of a file
// made with its final name does.
func Temp(dir, pattern string) (*File, error) {
	if err := ask("make", filepath.Join(dir, pattern)); err != nil {
		return nil, err
	}
	var file *os.File
	_, err := unique(dir, pattern, func(path string) (err error) {
		file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &File{file}, nil
}

// unique calls create with names until one is new, and returns it.
func unique(dir, pattern string, create func(path string) error) (path string, err error) {
	const attempts = 1000
	for range attempts {
		path = filepath.Join(dir, strings.Replace(pattern, "*", strconv.FormatUint(uint64(rand.Uint32()), 10), 1))
		if err = create(path); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return path, err
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

// Truncate sets the size of the file.
func (f *File) Truncate(size int64) error {
	if err := ask("cut", f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Sync returns once everything written is on disk.
func (f *File) Sync() error {
	if err := ask("sync", f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}

// MkdirAll creates a folder and its parents durably.
func MkdirAll(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return os.MkdirAll(dir, 0o777) // fails if it is not a folder
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
	if err := os.MkdirAll(dir, 0o777); err != nil { // another process may have created it
		return err
	}
	return SyncDir(above)
}

// MkdirTemp creates a folder with a unique name; the * of the pattern becomes a number. Its mode follows the umask.
func MkdirTemp(dir, pattern string) (string, error) {
	if err := ask("make", filepath.Join(dir, pattern)); err != nil {
		return "", err
	}
	return unique(dir, pattern, func(path string) error { return os.Mkdir(path, 0o777) })
}

// Rename renames a file or folder.
func Rename(from, to string) error {
	if err := About(Change{Op: "rename", Path: to, From: from}); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Symlink creates a symbolic link at path.
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

// RemoveAll removes a file, or a folder with its content. It is not an error if there is nothing.
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

// SyncDir makes the names in a folder durable: a rename survives a power cut only once its folder is synced.
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
