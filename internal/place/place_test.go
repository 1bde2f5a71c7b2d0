package place

import (
	"os"
	"path/filepath"
	"testing"
)

func TestHolds(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.MkdirAll(in("run/checkpoint-2"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("run/checkpoint-2", in("best")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		folder, path string
		want         bool
	}{
		{in("run"), in("run"), true}, {in("run/"), in("run/../run"), true}, {in("run"), in("run/checkpoint-2"), true},
		{in("run"), in("best"), true}, {in("best"), in("run"), false}, {in("run"), in("run/none"), false}, {in("none"), in("run"), false},
		{in("run"), "", false},
	} {
		if got := Holds(c.folder, c.path); got != c.want {
			t.Errorf("Holds(%s, %s) = %v", c.folder, c.path, got)
		}
	}
}

// TestFile: the input is no place for the output, under any name.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	data, link, twin := filepath.Join(dir, "data"), filepath.Join(dir, "link"), filepath.Join(dir, "twin")
	if err := os.WriteFile(data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("data", link); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(data, twin); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"": true, data: false, link: false, twin: false, filepath.Join(dir, "new", "file"): true, os.DevNull: true} {
		if err := File(path, data); (err == nil) != want {
			t.Errorf("%q: %v", path, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 {
		t.Errorf("the check left %v, %v", entries, err)
	}
}

// TestNew: a file with content is not replaced; a device is written to.
func TestNew(t *testing.T) {
	dir := t.TempDir()
	existing := filepath.Join(dir, "existing")
	if err := os.WriteFile(existing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"": true, existing: false, filepath.Join(dir, "new"): true, os.DevNull: true, dir: false} {
		if err := New(path); (err == nil) != want {
			t.Errorf("%q: %v", path, err)
		}
	}
}
