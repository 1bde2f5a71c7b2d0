// Package place checks where output goes, before the work whose result goes there.
package place

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/internal/atomicfile"
)

// File returns an error if a file can't be written at path, or if it is one of the files that it is made from. The path "" is for
// no output.
func File(path string, inputs ...string) error {
	if path == "" {
		return nil
	}
	for _, input := range inputs {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && Holds(path, input) {
			return fmt.Errorf("write %s: it would replace what is read from %s; name another file", path, input)
		}
	}
	return atomicfile.Check(path)
}

// New is [File] for a file that must not exist yet, because what is there may be work that is lost then. Devices and
// pipes are written to.
func New(path string) error {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		return fmt.Errorf("write %s: it exists and is not overwritten; name another file", path)
	}
	return File(path)
}

// Holds reports whether a path is a folder or is in it, whatever symbolic links lead there. It is false if either does not exist.
func Holds(folder, path string) bool {
	outer, err := os.Stat(folder)
	if err != nil || path == "" {
		return false
	}
	if path, err = filepath.EvalSymlinks(path); err == nil {
		path, err = filepath.Abs(path)
	}
	for err == nil {
		if info, err := os.Stat(path); err == nil && os.SameFile(info, outer) {
			return true
		}
		if filepath.Dir(path) == path {
			break
		}
		path = filepath.Dir(path)
	}
	return false
}
