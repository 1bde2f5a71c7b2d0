package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A checkpoint differs from a run in its name and its position file, from anywhere.
func TestNotCheckpoint(t *testing.T) {
	dir := t.TempDir()
	checkpoint, other := filepath.Join(dir, "checkpoint-3"), filepath.Join(dir, "checkpoint-four")
	for _, folder := range []string{checkpoint, other} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := NotCheckpoint(checkpoint); err != nil {
		t.Errorf("an empty folder of that name: %v", err)
	}
	for _, folder := range []string{checkpoint, other, dir} {
		if err := os.WriteFile(filepath.Join(folder, positionFile), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{other, dir, filepath.Join(dir, "none")} {
		if err := NotCheckpoint(folder); err != nil {
			t.Errorf("%s: %v", folder, err)
		}
	}
	if err := NotCheckpoint(checkpoint + "/"); err == nil || !strings.HasSuffix(err.Error(), "is a checkpoint; name its run, "+dir) {
		t.Errorf("a checkpoint: %v", err)
	}
	t.Chdir(checkpoint)
	if err := NotCheckpoint("."); err == nil || !strings.HasSuffix(err.Error(), "its run, ..") {
		t.Errorf("from inside: %v", err)
	}
}
