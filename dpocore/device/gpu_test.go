package device

import (
	"os"
	"path/filepath"
	"testing"
)

func TestGPU(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	if got := GPU(); got != "" {
		t.Errorf("GPU %q without nvidia-smi", got)
	}
	for script, want := range map[string]string{
		"#!/bin/sh\necho 'Tesla T4, 7.5'\necho 'Tesla T4, 7.5'\n": "Tesla T4 (compute capability 7.5)",
		"#!/bin/sh\necho 'No devices were found'\n":               "",
		"#!/bin/sh\necho 'Tesla T4, 7.5'\nexit 9\n":               "",
	} {
		if err := os.WriteFile(filepath.Join(folder, "nvidia-smi"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		if got := GPU(); got != want {
			t.Errorf("%q: got %q, want %q", script, got, want)
		}
	}
}
