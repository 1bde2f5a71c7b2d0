package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/exchange"
	"example.com/gonb-dpo/internal/sums"
)

// A merged model is made in a hidden folder beside its place, named .PLACE.NUMBER and one of these. The process at work
// holds a lock on the folder, which the system takes back when the process dies.
const (
	makingSuffix = ".unfinished"
	beforeSuffix = ".before" // what lay in the place, on its way out
)

// site is a hidden folder in which a merged model is made.
type site struct {
	dir  string
	lock *os.File // nil where the file system has no locks on folders
}

// newSite makes a site beside a place.
func newSite(place string) (site, error) {
	for {
		dir, err := disk.MkdirTemp(filepath.Dir(place), "."+filepath.Base(place)+".*"+makingSuffix)
		if err != nil {
			return site{}, err
		}
		lock, err := hold(dir)
		if err == nil || !taken(err) {
			return site{dir, lock}, nil
		} // another merge took it for a dead process's, in the moment before the lock
	}
}

// leave removes what is still there and gives the lock back.
func (s site) leave() error {
	err := disk.RemoveAll(s.dir)
	if s.lock != nil {
		s.lock.Close()
	}
	return err
}

// hold locks a folder for as long as the file returned is open.
func hold(dir string) (*os.File, error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		folder.Close()
		return nil, err
	}
	own, ownErr := folder.Stat()
	there, thereErr := os.Stat(dir)
	if ownErr != nil || thereErr != nil || !os.SameFile(own, there) {
		folder.Close()
		return nil, os.ErrNotExist
	}
	return folder, nil
}

// taken reports whether a folder can't be locked because another process has it, or has removed it.
func taken(err error) bool {
	return errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, os.ErrNotExist)
}

// swap gives the finished folder its name; what lay in its place before goes. At each moment one of the two lies there,
// but on file systems that can't exchange two folders: there a process that is killed between two renamings leaves what
// was there before to [ClearMerge].
func (s site) swap(place string) error {
	if err := os.Chmod(s.dir, 0o755); err != nil {
		return err
	}
	if _, err := os.Lstat(place); errors.Is(err, os.ErrNotExist) {
		return errors.Join(disk.Rename(s.dir, place), atomicfile.SyncDir(filepath.Dir(place)))
	}
	before := s.dir
	if err := exchange.Names(s.dir, place); errors.Is(err, errors.ErrUnsupported) {
		before = strings.TrimSuffix(s.dir, makingSuffix) + beforeSuffix
		if err := s.replace(place, before); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if err := atomicfile.SyncDir(filepath.Dir(place)); err != nil { // before the old one goes
		return err
	}
	if err := disk.RemoveAll(before); err != nil {
		return fmt.Errorf("the model is in its place, but what lay there before could not be removed: %w", err)
	}
	return nil
}

// replace is an exchange in two steps.
func (s site) replace(place, before string) error {
	if lock, err := hold(place); err == nil {
		defer lock.Close() // until then nobody takes it for a dead process's
	}
	if err := disk.Rename(place, before); err != nil {
		return err
	}
	if err := disk.Rename(s.dir, place); err != nil {
		return errors.Join(err, disk.Rename(before, place))
	}
	return nil
}

// ClearMerge removes what merges into a place have left beside it whose processes were killed, and puts back what one had
// moved out of its way. The folder of a process that lives, or of which that can't be told, is left alone.
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
		return fmt.Errorf("look for what killed merges left: %w", err)
	}
	for _, entry := range entries {
		suffix, ok := leftover(entry.Name(), filepath.Base(place))
		if !ok || !entry.IsDir() {
			continue
		}
		if err := clearOne(filepath.Join(filepath.Dir(place), entry.Name()), suffix, place); err != nil {
			return fmt.Errorf("remove what a killed merge left: %w", err)
		}
	}
	return nil
}

func clearOne(dir, suffix, place string) error {
	lock, err := hold(dir)
	if err != nil {
		return nil // its process lives, or nobody can tell
	}
	defer lock.Close()
	_, err = os.Lstat(place)
	if suffix == beforeSuffix && errors.Is(err, os.ErrNotExist) && ReadMerged(dir) != (Merged{}) && sums.Check(dir) == nil {
		return errors.Join(disk.Rename(dir, place), atomicfile.SyncDir(filepath.Dir(place)))
	}
	return disk.RemoveAll(dir)
}

// leftover is the suffix of a hidden folder that a merge into a place of this name made.
func leftover(name, place string) (suffix string, ok bool) {
	rest, ok := strings.CutPrefix(name, "."+place+".")
	number, suffix, _ := strings.Cut(rest, ".")
	digits := strings.Trim(number, "0123456789") == "" && number != ""
	suffix = "." + suffix
	return suffix, ok && digits && (suffix == makingSuffix || suffix == beforeSuffix)
}

// followed is where a place leads, through symbolic links.
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
