package disk

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestBefore: each change is announced once, and none is made that is refused.
func TestBefore(t *testing.T) {
	dir := t.TempDir()
	path, moved := filepath.Join(dir, "a", "f"), filepath.Join(dir, "a", "g")
	var file *File
	temp := ""
	steps := []struct {
		op string
		do func() error
	}{
		{"make", func() error { return MkdirAll(filepath.Dir(path)) }},
		{"make", func() (err error) { file, err = Open(path, os.O_CREATE|os.O_WRONLY); return err }},
		{"write", func() error { _, err := file.Write([]byte("1234")); return err }},
		{"cut", func() error { return file.Truncate(3) }},
		{"sync", func() error { return file.Sync() }},
		{"rename", func() error { return Rename(path, moved) }},
		{"make", func() (err error) { temp, err = MkdirTemp(dir, "t.*"); return err }},
		{"remove", func() error { return RemoveAll(temp) }},
		{"link", func() error { return Symlink("g", path) }},
		{"sync", func() error { return SyncDir(dir) }},
		{"remove", func() error { return Remove(path) }},
		{"remove", func() error { return RemoveAll(moved) }},
	}
	defer func() { Before = nil }()
	for i, step := range steps {
		asked, refuse := []string{}, true
		Before = func(c Change) error {
			asked = append(asked, c.Op)
			if refuse {
				return syscall.ENOSPC
			}
			return nil
		}
		before := look(t, dir)
		if err := step.do(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("step %d: %v", i, err)
		}
		if after := look(t, dir); !slices.Equal(before, after) {
			t.Errorf("step %d was refused, but %q became %q", i, before, after)
		}
		refuse = false
		if err := step.do(); err != nil {
			t.Errorf("step %d: %v", i, err)
		}
		want := []string{step.op, step.op}
		if i == 0 {
			want = append(want, "sync") // of the folder above
		}
		if !slices.Equal(asked, want) {
			t.Errorf("step %d: asked %q", i, asked)
		}
	}
	file.Close()
	if err := RemoveAll(filepath.Join(dir, "none")); err != nil {
		t.Error(err)
	}
}

// look lists a folder with sizes.
func look(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && !entry.IsDir() {
			path += " " + string(rune('0'+info.Size()))
		}
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
