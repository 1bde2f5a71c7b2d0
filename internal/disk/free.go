package disk

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
)

// Free is the space in bytes that is left for files in a folder, which need not exist yet. ok is false if it is unknown.
func Free(dir string) (bytes int64, ok bool) {
	var stat syscall.Statfs_t
	err := syscall.Statfs(dir, &stat)
	for errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		err = syscall.Statfs(dir, &stat)
	}
	return int64(stat.Bavail) * int64(stat.Bsize), err == nil
}
