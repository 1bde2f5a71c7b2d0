package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// target follows the symbolic links of a path that may not exist, and returns the mode of what is there, 0 for nothing. It is an
// error if a file can't be written there.
func target(path string) (final string, mode fs.FileMode, err error) {
	const maxLinks = 40
	descriptor := false
	for range maxLinks {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(path, string(filepath.Separator)):
			return path, 0, errors.New("its name ends in a slash, like a folder's; name a file")
		case errors.Is(err, fs.ErrNotExist):
			return path, 0, nil
		case errors.Is(err, syscall.ENOTDIR):
			return path, 0, errors.New("a folder in its path is a file; name another place")
		case err != nil:
			return path, 0, err
		case info.Mode()&fs.ModeSymlink == 0:
			return path, info.Mode(), writable(info.Mode(), descriptor)
		}
		link, err := os.Readlink(path)
		if err != nil {
			return path, 0, err
		}
		if descriptor = isDescriptor(path); descriptor { // its link may be no path, such as pipe:[123]
			info, err := os.Stat(path)
			if err != nil {
				return path, 0, err
			}
			return path, info.Mode(), writable(info.Mode(), descriptor)
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = link
	}
	return path, 0, errors.New("its symbolic link leads to itself; name another file")
}

// isDescriptor reports whether a path is that of an open file of a process, as /dev/stdout leads to.
func isDescriptor(path string) bool {
	return strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/dev/fd/")
}

// writable returns an error if what has this mode can neither be replaced by a file nor be written to.
func writable(mode fs.FileMode, descriptor bool) error {
	switch {
	case mode.IsDir():
		return errors.New("it is a folder; name a file")
	case mode&fs.ModeDevice != 0 && mode&fs.ModeCharDevice == 0:
		return errors.New("it is a disk; name a file")
	case mode&fs.ModeSocket != 0:
		return errors.New("it is a socket; name a file")
	case descriptor && mode.IsRegular():
		return errors.New("it is a file that the output already goes to; name another file")
	}
	return nil
}

// Check returns an error if [Write] can't write a file at path, by what can be seen before. It creates nothing that it does not
// remove again.
func Check(path string) error {
	final, mode, err := target(path)
	if err == nil && (mode == 0 || mode.IsRegular()) {
		err = CheckFolder(filepath.Dir(final))
	}
	if err == nil && mode == 0 {
		_, err = os.Lstat(final) // a name that is too long
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// CheckFolder returns an error if files can't be created in a folder, which need not exist yet.
func CheckFolder(dir string) error {
	for {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir:
			dir = filepath.Dir(dir)
			continue
		case err != nil:
			return err
		case !info.IsDir():
			return fmt.Errorf("%s is a file, so nothing can be created in it; name another folder", dir)
		}
		probe, err := os.CreateTemp(dir, ".*"+unfinished)
		if err != nil {
			return err
		}
		return errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
}
