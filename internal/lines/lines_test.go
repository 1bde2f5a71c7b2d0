package lines

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/gonb-dpo/internal/disk"
)

// TestFailedLine: a line that could not be written in full leaves nothing behind; the lines before and after it are intact.
func TestFailedLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	f, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, item := range []string{"one", "two"} {
		if err := f.Add(item); err != nil {
			t.Fatal(err)
		}
	}
	for _, op := range []string{"write", "sync"} {
		disk.Before = func(c disk.Change) error {
			if c.Op != op {
				return nil
			}
			if c.Half != nil {
				if err := c.Half(); err != nil {
					return err
				}
			}
			return syscall.ENOSPC
		}
		err := f.Add("lost")
		disk.Before = nil
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s fails: %v", op, err)
		}
	}
	if err := f.Add("<three>"); err != nil {
		t.Fatal(err)
	}
	const want = "\"one\"\n\"two\"\n\"<three>\"\n"
	if content, err := os.ReadFile(path); err != nil || string(content) != want {
		t.Errorf("the file holds %q (%v), want %q", content, err, want)
	}
}

// TestTail: what follows the last newline is removed, or gets a newline if it is complete.
func TestTail(t *testing.T) {
	whole := func(tail []byte) bool { return bytes.HasSuffix(tail, []byte(`"`)) }
	for tail, want := range map[string]string{"": "", `"tw`: "", `"two"`: "\"two\"\n", string(make([]byte, 10000)): ""} {
		path := filepath.Join(t.TempDir(), "lines")
		if err := os.WriteFile(path, []byte("\"one\"\n"+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path, whole)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Add(3); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if content, err := os.ReadFile(path); err != nil || string(content) != "\"one\"\n"+want+"3\n" {
			t.Errorf("after %.20q the file holds %q (%v)", tail, content, err)
		}
	}
}
