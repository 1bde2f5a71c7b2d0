package device

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestGPU(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	if got := nameGPU(); got != "" {
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
		if got := nameGPU(); got != want {
			t.Errorf("%q: got %q, want %q", script, got, want)
		}
	}
}

// In WSL the driver's program is in a folder that PATH need not have.
func TestGPUInWSL(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	before := wslNvidiaSMI
	t.Cleanup(func() { wslNvidiaSMI = before })
	wslNvidiaSMI = filepath.Join(folder, "lib", "nvidia-smi")
	if _, err := QueryGPU("name"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("without either: %v", err)
	}
	if err := os.Mkdir(filepath.Dir(wslNvidiaSMI), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(wslNvidiaSMI, []byte("#!/bin/sh\necho 'Tesla T4, 7.5'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := GPU(); got != "Tesla T4 (compute capability 7.5)" {
		t.Errorf("GPU %q", got)
	}
}
