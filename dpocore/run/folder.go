package run

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/lock"
)

// LockFile is locked by the process that uses a run folder.
const LockFile = ".lock"

// Claim locks a run folder for this process, creating it if needed, and checks that it does not contain another run,
// unless that is to be overwritten. resuming reports whether the folder holds the same run; record then has its state.
// Until [Record.Begin] the folder keeps its content, except for incomplete files of a killed process; release removes
// what Claim made if no run has begun.
func Claim(dir string, record *Record, overwrite bool, note func(string)) (release func(), resuming bool, err error) {
	if err := NotCheckpoint(dir); err != nil {
		return nil, false, fmt.Errorf("%w, to resume it, or start a new run from the adapter of the checkpoint (--init-adapter %s)", err, dir)
	}
	_, statErr := os.Stat(dir)
	if err := disk.MkdirAll(dir); err != nil {
		return nil, false, fmt.Errorf("create the run folder: %w", err)
	}
	unlock, err := Lock(dir, note)
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
		return giveUp, false, record.spares(dir)
	}
	if err := record.checkSame(before, dir); err != nil {
		return nil, false, err
	}
	if err := record.checkSteps(dir); err != nil {
		return nil, false, err
	}
	if changed := record.noteHeldOut(before); changed != "" {
		note(changed)
	}
	record.Fork = before.Fork
	record.Finished = before.Finished && record.Config.MaxSteps == before.Config.MaxSteps
	record.Config.Precision, record.Config.BaseWeights = before.Config.Precision, cmp.Or(before.Config.BaseWeights, config.Float)
	return giveUp, true, nil
}

// CheckFolder returns an error if a folder holds another run. Unlike [Claim] it needs no lock.
func (r Record) CheckFolder(dir string) error {
	before, exists, err := ReadRecord(dir)
	if err != nil || !exists {
		return err
	}
	return r.checkSame(before, dir)
}

func (r Record) checkSame(before Record, dir string) error {
	if difference := r.differs(before); difference != "" {
		return fmt.Errorf("%s holds another run: %s; %s", dir, difference, r.remedy(before, dir))
	}
	return nil
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

// Lock keeps other processes out of a run folder until release. The system drops the lock when the process dies. The error
// wraps [lock.ErrInUse] if another process has it. On a file system without locks a note says what to take care of.
func Lock(dir string, note func(string)) (release func(), err error) {
	l, err := lock.File(filepath.Join(dir, LockFile))
	switch {
	case errors.Is(err, lock.ErrInUse):
		return nil, fmt.Errorf("%s is %w; wait for it, or choose another folder", dir, err)
	case errors.Is(err, lock.ErrUnsupported):
		note(fmt.Sprintf("%s can't be locked: %v. Nothing keeps other processes out of it; use it with one process at a time.", dir, err))
		return func() {}, nil
	case err != nil:
		return nil, fmt.Errorf("lock the run folder: %w", err)
	}
	return l.Release, nil
}

// Version is this program's version, as recorded by the build.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
