// Package cachetest gives a test a separate cache folder.
package cachetest

import (
	"os"
	"path/filepath"
	"testing"
)

// compiled are the compiled graphs in a cache folder. They depend on nothing that a test changes, and compiling takes longer
// than most tests.
const compiled = "gonb-dpo/compiled"

// Own makes an empty folder the user's cache folder during a test, and returns it. Only the compiled graphs are those of the
// tests before it.
func Own(t testing.TB) (folder string) {
	t.Helper()
	folder = t.TempDir()
	Use(t, folder)
	return folder
}

// Use makes a folder the user's cache folder during a test, with the compiled graphs of the tests before it.
func Use(t testing.TB, folder string) {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", folder)
	link := filepath.Join(folder, filepath.FromSlash(compiled))
	if _, err := os.Lstat(link); err == nil {
		return
	}
	for _, dir := range []string{filepath.Join(base, filepath.FromSlash(compiled)), filepath.Dir(link)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(base, filepath.FromSlash(compiled)), link); err != nil {
		t.Fatal(err)
	}
}
