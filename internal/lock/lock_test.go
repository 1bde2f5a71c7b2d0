package lock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFile: a second holder is refused with the PID of the first. Two opens of one file in a process exclude each other as
// two processes do.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	first, err := File(path)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("in use by another process (PID %d)", os.Getpid())
	if _, err := File(path); !errors.Is(err, ErrInUse) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	first.Release()
	second, err := File(path)
	if err != nil {
		t.Fatal(err)
	}
	second.Release()
}

// TestRemovedFile: a process that has opened a lock file that its holder then removes does not get a lock on nothing.
func TestRemovedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	first, err := File(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if isCurrent(first.flock) {
		t.Error("a removed file is taken for the current one")
	}
	second, err := File(path) // a new file
	if err != nil {
		t.Fatal(err)
	}
	defer second.Release()
	if isCurrent(first.flock) || !isCurrent(second.flock) {
		t.Error("the old file is taken for the new one")
	}
	first.Release()
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	l, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Folder(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("a locked folder: %v", err)
	}
	l.Release()
	if _, err := Folder(filepath.Join(dir, "missing")); !errors.Is(err, ErrInUse) {
		t.Errorf("a removed folder: %v", err)
	}
}

// TestWait: the lock is taken once it is free, and the context ends the wait.
func TestWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "content.lock")
	first, err := Wait(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*poll)
	defer cancel()
	if _, err := Wait(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that is canceled: %v", err)
	}
	time.AfterFunc(3*poll, first.Release)
	second, err := Wait(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	second.Release()
}

func TestShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	if _, err := Shared(path); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		l, err := Shared(path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Release()
	}
}

// TestUnsupported: what network drives without locks answer is not taken for another holder.
func TestUnsupported(t *testing.T) {
	for _, code := range []syscall.Errno{syscall.ENOSYS, syscall.ENOLCK, syscall.EOPNOTSUPP} {
		if err := (&os.PathError{Op: "flock", Path: "f", Err: code}); !unsupported(err) {
			t.Errorf("%v is not recognized", err)
		}
	}
	if unsupported(syscall.EWOULDBLOCK) || unsupported(nil) {
		t.Error("a lock that another process holds is taken for a missing one")
	}
}
