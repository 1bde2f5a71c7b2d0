// Package lock locks files and folders against other processes.
//
// [File] and [Folder] fail at once if another process holds the lock; [Wait] waits for it. [Shared] and [Exclusive] are for
// locks that are only held while something is read or written. The system releases a lock when its process dies. Locks are
// advisory and use flock(2).
package lock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"example.com/gonb-dpo/internal/disk"
)

// ErrInUse is the error if another process holds the lock. The message of [File] adds its PID.
var ErrInUse = errors.New("in use by another process")

// ErrUnsupported is the error of [File] and [Folder] if the file system has no locks, as some network drives.
var ErrUnsupported = errors.New("the file system has no locks")

// Before, if not nil, is called before each attempt to lock, which fails with its error. Tests set it.
var Before func() error

// attempt makes an attempt to lock.
func attempt(lock func() (bool, error)) (bool, error) {
	if Before != nil {
		if err := Before(); err != nil {
			return false, err
		}
	}
	return lock()
}

// unsupported reports whether locking failed because the file system has no locks.
func unsupported(err error) bool {
	for _, code := range []syscall.Errno{syscall.ENOSYS, syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.EINVAL} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// A Lock is held until Release.
type Lock struct{ flock *flock.Flock }

// Release releases the lock. The file stays.
func (l *Lock) Release() {
	l.flock.Unlock() // fails only if the file is closed already
}

// File locks a file, creating it if needed, and writes the PID of this process to it. The holder may remove the file before
// it releases the lock.
func File(path string) (*Lock, error) {
	file, err := disk.Open(path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	l, err := try(path)
	switch {
	case errors.Is(err, ErrInUse):
		if pid, ok := readPID(file.File); ok {
			return nil, fmt.Errorf("%w (PID %d)", err, pid)
		}
		return nil, err
	case err != nil:
		return nil, err
	}
	writePID(file.File)
	return l, nil
}

// Folder locks a folder. It fails with ErrInUse if the folder is gone.
func Folder(dir string) (*Lock, error) { return try(dir) }

// try locks an existing file or folder without waiting.
func try(path string) (*Lock, error) {
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	locked, err := attempt(l.TryLock)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrInUse // its holder has just removed it
	case unsupported(err):
		return nil, fmt.Errorf("%w (%w)", ErrUnsupported, err)
	case err != nil:
		return nil, err
	case !locked:
		return nil, ErrInUse
	case !isCurrent(l):
		l.Unlock()
		return nil, ErrInUse
	}
	return &Lock{l}, nil
}

// isCurrent reports whether the locked file is still the one at its path. Its holder may have removed it between our open
// and our lock; then another process can create and lock a new file there.
func isCurrent(l *flock.Flock) bool {
	locked, err := l.Stat()
	if err != nil {
		return false
	}
	current, err := os.Stat(l.Path())
	return err == nil && os.SameFile(locked, current)
}

// writePID replaces the content of a lock file. Failing to is harmless: the PID only improves a message.
func writePID(file *os.File) {
	if file.Truncate(0) == nil {
		fmt.Fprintln(file, os.Getpid())
	}
}

func readPID(file *os.File) (pid int, ok bool) {
	_, err := fmt.Fscan(file, &pid)
	return pid, err == nil
}

// poll is the interval at which waiting functions try again.
const poll = 10 * time.Millisecond

// Wait locks a file, creating it if needed. It waits until the lock is free or ctx is done. On a file system without locks it
// holds none.
func Wait(ctx context.Context, path string) (*Lock, error) {
	file, err := disk.Open(path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	if _, err := attempt(func() (bool, error) { return l.TryLockContext(ctx, poll) }); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if unsupported(err) {
			return &Lock{l}, nil
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{l}, nil
}

// Shared locks an existing file for reading. Several processes can hold a shared lock, but none of them together with an
// exclusive one. It gives up after 10 seconds. On a file system without locks it holds none.
func Shared(path string) (*Lock, error) { return short(path, (*flock.Flock).TryRLockContext) }

// Exclusive is [Shared] for writing.
func Exclusive(path string) (*Lock, error) { return short(path, (*flock.Flock).TryLockContext) }

func short(path string, lock func(*flock.Flock, context.Context, time.Duration) (bool, error)) (*Lock, error) {
	const timeout = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	_, err := attempt(func() (bool, error) { return lock(l, ctx, poll) })
	switch {
	case unsupported(err):
		return &Lock{l}, nil
	case ctx.Err() != nil && err != nil:
		return nil, fmt.Errorf("another process has locked the file for %.0f seconds; stop it, or try again", timeout.Seconds())
	case err != nil:
		return nil, fmt.Errorf("lock the file: %w", err)
	}
	return &Lock{l}, nil
}
