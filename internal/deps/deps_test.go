package deps

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFind(t *testing.T) {
	above, notebook := t.TempDir(), t.TempDir()
	near := write(t, filepath.Join(above, ".deps/xla/plugin.so"))
	write(t, filepath.Join(notebook, ".deps/xla/plugin.so"))
	only := write(t, filepath.Join(notebook, ".deps/lib/library.a"))
	deep := filepath.Join(above, "a/b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	t.Setenv("GONB_DIR", filepath.Join(notebook, "notebooks"))
	for rel, want := range map[string]string{"xla/plugin.so": near, "lib/library.a": only} {
		if got, err := Find(rel); err != nil || got != want {
			t.Errorf("Find(%q) = %q, %v; want %q", rel, got, err, want)
		}
	}
	_, err := Find("none")
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("Find of a missing file: %v; want it to name `make setup`", err)
	}
}

func TestModelPrefersFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GONB_DIR", "")
	gguf := write(t, filepath.Join(dir, ".deps", modelGGUF))
	if got, err := Model(); err != nil || got != gguf {
		t.Fatalf("Model() = %q, %v; want the file %q", got, err, gguf)
	}
	folder := filepath.Join(dir, ".deps", modelFolder)
	write(t, filepath.Join(folder, "config.json"))
	if got, err := Model(); err != nil || got != folder {
		t.Fatalf("Model() = %q, %v; want the folder %q", got, err, folder)
	}
}
