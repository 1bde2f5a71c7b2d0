package run

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFind: a relative path is found from any folder, also when the project has moved and is used from its root again.
func TestFind(t *testing.T) {
	project, elsewhere := t.TempDir(), t.TempDir()
	for _, dir := range []string{filepath.Join(project, "model"), filepath.Join(elsewhere, "model2")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(elsewhere)
	record := Record{Folder: project}
	for path, want := range map[string]string{
		"model": filepath.Join(project, "model"), "model2": "model2", "": "", "owner/name": "owner/name", "/abs": "/abs",
	} {
		if got := record.Find(path); got != want {
			t.Errorf("%q is found as %q, want %q", path, got, want)
		}
	}
	if got := (Record{}).Find("model"); got != "model" {
		t.Errorf("a record of an earlier version: %q", got)
	}
}
