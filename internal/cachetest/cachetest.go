// Package cachetest gives a test a separate cache folder.
package cachetest

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/internal/cachefolder"
)

// Own makes an empty folder the user's cache folder during a test, and returns it. Only the compiled graphs are those of the
// tests before it: they depend on nothing that a test changes, and compiling takes longer than most tests.
func Own(t testing.TB) (folder string) {
	t.Helper()
	folder = t.TempDir()
	Use(t, folder)
	return folder
}

// Use makes a folder the user's cache folder during a test, with the compiled graphs of the tests before it.
func Use(t testing.TB, folder string) {
	t.Helper()
	shared := compiled(t)
	t.Setenv("XDG_CACHE_HOME", folder)
	link := compiled(t)
	if _, err := os.Lstat(link); err == nil {
		return
	}
	for _, dir := range []string{shared, filepath.Dir(link)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(shared, link); err != nil {
		t.Fatal(err)
	}
}

func compiled(t testing.TB) string {
	t.Helper()
	folder, err := cachefolder.Path(cachefolder.Compiled)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
