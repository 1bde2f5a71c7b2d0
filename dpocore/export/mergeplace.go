package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/exchange"
	"example.com/gonb-dpo/internal/lock"
	"example.com/gonb-dpo/internal/sums"
)

// A merged model is written to a hidden folder next to its destination, named .DESTINATION.NUMBER with one of these suffixes.
// The writing process locks the folder.
const (
	unfinishedSuffix = ".unfinished"
	beforeSuffix     = ".before" // the earlier content of the destination, about to be removed
)

// workDir is a hidden folder in which a merged model is written.
type workDir struct {
	dir  string
	lock *lock.Lock // nil if the file system can't lock folders
}

// hidden is the path of a workDir with a number.
func hidden(place, number string) string {
	return filepath.Join(filepath.Dir(place), "."+filepath.Base(place)+"."+number+unfinishedSuffix)
}

// newWorkDir creates a workDir beside a destination.
func newWorkDir(place string) (workDir, error) {
	for {
		dir, err := disk.MkdirTemp(filepath.Dir(place), filepath.Base(hidden(place, "*")))
		if err != nil {
			return workDir{}, err
		}
		held, err := lock.Folder(dir)
		if !errors.Is(err, lock.ErrInUse) {
			return workDir{dir, held}, nil
		} // another merge took it for a leftover before we locked it
	}
}

// close removes what is left of the folder and releases the lock.
func (w workDir) close() error {
	err := disk.RemoveAll(w.dir)
	if w.lock != nil {
		w.lock.Release()
	}
	return err
}

// publish moves the finished folder to its destination and removes what was there. At every moment the destination is one of
// the two, except on file systems that can't exchange folders: there, a process that is killed between two renames leaves the
// earlier content for [ClearMerge] to put back.
func (w workDir) publish(place string) error {
	if _, err := os.Lstat(place); errors.Is(err, os.ErrNotExist) {
		return errors.Join(disk.Rename(w.dir, place), atomicfile.SyncDir(filepath.Dir(place)))
	}
	before := w.dir
	if err := exchange.Names(w.dir, place); errors.Is(err, errors.ErrUnsupported) {
		before = strings.TrimSuffix(w.dir, unfinishedSuffix) + beforeSuffix
		if err := w.replace(place, before); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if err := atomicfile.SyncDir(filepath.Dir(place)); err != nil { // before removing the old one
		return err
	}
	if err := disk.RemoveAll(before); err != nil {
		return fmt.Errorf("the merged model is saved, but the earlier content of its folder could not be removed: %w", err)
	}
	return nil
}

// replace exchanges the folders with two renames.
func (w workDir) replace(place, before string) error {
	if held, err := lock.Folder(place); err == nil {
		defer held.Release() // so that no other merge takes it for a leftover
	}
	if err := disk.Rename(place, before); err != nil {
		return err
	}
	if err := disk.Rename(w.dir, place); err != nil {
		return errors.Join(err, disk.Rename(before, place))
	}
	return nil
}

// ClearMerge removes what killed merges into out have left next to it, and restores earlier content that one had moved away.
// It skips the folders of processes that are running, or that may be.
func ClearMerge(out string) error {
	place, err := followed(out)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Dir(place))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for leftovers of killed merges: %w", err)
	}
	for _, entry := range entries {
		suffix, ok := leftover(entry.Name(), filepath.Base(place))
		if !ok || !entry.IsDir() {
			continue
		}
		if err := clearOne(filepath.Join(filepath.Dir(place), entry.Name()), suffix, place); err != nil {
			return fmt.Errorf("remove the leftovers of a killed merge: %w", err)
		}
	}
	return nil
}

func clearOne(dir, suffix, place string) error {
	held, err := lock.Folder(dir)
	if err != nil {
		return nil // its process is running, or that is unknown
	}
	defer held.Release()
	_, err = os.Lstat(place)
	if suffix == beforeSuffix && errors.Is(err, os.ErrNotExist) && adapter.ReadMerged(dir) != (adapter.Merged{}) && sums.Check(dir) == nil {
		return errors.Join(disk.Rename(dir, place), atomicfile.SyncDir(filepath.Dir(place)))
	}
	return disk.RemoveAll(dir)
}

// leftover returns the suffix of a hidden folder that a merge into a folder of this name created.
func leftover(name, place string) (suffix string, ok bool) {
	rest, ok := strings.CutPrefix(name, "."+place+".")
	number, suffix, _ := strings.Cut(rest, ".")
	digits := strings.Trim(number, "0123456789") == "" && number != ""
	suffix = "." + suffix
	return suffix, ok && digits && (suffix == unfinishedSuffix || suffix == beforeSuffix)
}

// followed resolves the symbolic links of a path that may not exist.
func followed(out string) (string, error) {
	out, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	place, err := filepath.EvalSymlinks(out)
	if errors.Is(err, os.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", out, err)
	}
	return place, nil
}
