package exchange

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/gonb-dpo/internal/disk"
)

// Two folders exchange their names; if that is refused, neither changes.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, folder := range []string{a, b} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(a, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	holds := func(folder string) bool {
		_, err := os.Stat(filepath.Join(folder, "file"))
		return err == nil
	}
	defer func() { disk.Before = nil }()
	disk.Before = func(c disk.Change) error {
		if c.Op != "exchange" || c.From != a || c.Path != b {
			t.Errorf("asked of %+v", c)
		}
		return syscall.ENOSPC
	}
	if err := Names(a, b); !errors.Is(err, syscall.ENOSPC) || !holds(a) {
		t.Errorf("refused: %v", err)
	}
	disk.Before = nil
	switch err := Names(a, b); {
	case errors.Is(err, errors.ErrUnsupported):
		t.Skip("the file system can't exchange two folders")
	case err != nil || holds(a) || !holds(b):
		t.Errorf("%v: a holds the file %t, b %t", err, holds(a), holds(b))
	}
}
