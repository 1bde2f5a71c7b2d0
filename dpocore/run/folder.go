package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"example.com/gonb-dpo/internal/disk"
)

// LockFile is locked by the process that uses a run folder.
const LockFile = ".lock"

// Claim locks a run folder for this process, making it if needed, and checks that it holds no other run, unless that is to
// be overwritten. resuming says whether the folder holds the same run; record then has its state. Until [Record.Begin] the
// folder keeps its content, except for what a killed process left half written; release removes what Claim made if no run
// has begun.
func Claim(dir string, record *Record, overwrite bool, note func(string)) (release func(), resuming bool, err error) {
	_, statErr := os.Stat(dir)
	if err := disk.MkdirAll(dir); err != nil {
		return nil, false, fmt.Errorf("create the run folder: %w", err)
	}
	unlock, err := Lock(dir)
	if err != nil {
		return nil, false, err
	}
	giveUp := func() { leave(dir, statErr != nil, unlock) }
	defer func() {
		if err != nil {
			giveUp()
		}
	}()
	if err := tidy(dir); err != nil {
		return nil, false, err
	}
	before, exists, damage, err := readRecord(dir)
	if damage != "" {
		note(damage)
	}
	switch {
	case err != nil:
		return nil, false, err
	case !exists:
		return giveUp, false, onlyOurs(dir)
	case overwrite:
		return giveUp, false, nil
	}
	if difference := record.differs(before); difference != "" {
		return nil, false, fmt.Errorf("%s holds another run: %s; choose another folder, or overwrite it", dir, difference)
	}
	record.Finished, record.Config.Precision = before.Finished, before.Config.Precision
	return giveUp, true, nil
}

// leave unlocks a run folder, and removes what Claim made if no run has begun in it.
func leave(dir string, created bool, unlock func()) {
	if _, err := os.Stat(filepath.Join(dir, RecordFile)); errors.Is(err, os.ErrNotExist) {
		disk.Remove(filepath.Join(dir, LockFile))
		if created {
			disk.Remove(dir) // fails if it is not empty
		}
	}
	unlock()
}

// Begin writes the record of a run that is ready to compute. With fresh it first removes what an earlier run left.
func (r Record) Begin(dir string, fresh bool) error {
	if fresh {
		if err := empty(dir); err != nil {
			return err
		}
	}
	return r.Write(dir)
}

// empty removes a run from its folder except for the record, so that a half-empty folder is still recognized as a run's.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty the run folder: %w", err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != LockFile && name != RecordFile {
			if err := disk.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("empty the run folder: %w", err)
			}
		}
	}
	return nil
}

// onlyOurs refuses a folder that holds something other than a run.
func onlyOurs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the run folder: %w", err)
	}
	for _, entry := range entries {
		if entry.Name() != LockFile {
			return fmt.Errorf("%s is not empty (it holds %s) and is not a run folder; choose another folder", dir, entry.Name())
		}
	}
	return nil
}

// ErrInUse is the error of a folder that another process uses.
var ErrInUse = errors.New("in use by another process")

// lock keeps other processes out of a run folder until release. The system drops it when the process dies. Its file holds
// the number of the process.
func Lock(dir string) (release func(), err error) {
	file, err := disk.Open(filepath.Join(dir, LockFile), os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, fmt.Errorf("lock the run folder: %w", err)
	}
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil || !isAt(file.File, filepath.Join(dir, LockFile)) {
		defer file.Close()
		return nil, fmt.Errorf("%s is %w%s; wait for it, or choose another folder", dir, ErrInUse, holder(file.File))
	}
	sign(file.File)
	return func() { file.Close() }, nil
}

// sign puts this process's number into a lock's file, for those that find it taken. They can do without it.
func sign(file *os.File) {
	if file.Truncate(0) == nil {
		fmt.Fprintln(file, os.Getpid())
	}
}

// holder says whose a lock is, in brackets; nothing where its file doesn't.
func holder(file *os.File) string {
	var process int
	if _, err := fmt.Fscan(file, &process); err != nil {
		return ""
	}
	return fmt.Sprintf(" (number %d)", process)
}

// isAt says that a file still lies at its path: a process that begins no run takes the lock's file away with it.
func isAt(file *os.File, path string) bool {
	own, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(own, there)
}

// Version is this program's version, as recorded by the build.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
