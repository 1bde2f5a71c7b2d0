package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Open without a choice finds the plugin of set-up and computes: 1 + 2 = 3. It keeps go-xla from downloading.
func TestOpen(t *testing.T) {
	t.Setenv(Env, "")
	t.Setenv(noInstall, "")
	backend, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	if got := Describe(backend); got != "XLA on the CPU" {
		t.Errorf("the backend is described as %q", got)
	}
	if os.Getenv(noInstall) != "1" {
		t.Errorf("%s is %q", noInstall, os.Getenv(noInstall))
	}
	sum, err := graph.CallOnce(backend, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }, float32(1), float32(2))
	if err != nil || sum.Value() != float32(3) {
		t.Errorf("1 + 2 = %v, %v", sum, err)
	}
}

// A backend that can't be opened is one line with its name and what to do.
func TestOpenRefuses(t *testing.T) {
	notAPlugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(notAPlugin, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, config := range []string{"nonsense", "xla:" + filepath.Join(t.TempDir(), "absent.so"), "xla:" + notAPlugin} {
		t.Setenv(Env, config)
		backend, err := Open()
		if err == nil {
			backend.Finalize()
			t.Errorf("%s opens", config)
			continue
		}
		for _, part := range []string{config, "make setup"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q lacks %q", config, err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has several lines: %q", config, err)
		}
	}
}

// Where set-up has not run, the error says so.
func TestOpenWithoutSetUp(t *testing.T) {
	t.Setenv(Env, "")
	t.Setenv("GONB_DIR", "")
	t.Chdir(t.TempDir())
	backend, err := Open()
	if err == nil {
		backend.Finalize()
		t.Fatal("a folder without .deps gives a backend")
	}
	if !strings.Contains(err.Error(), "XLA's CPU plugin") || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("%q", err)
	}
}

// TestOneBackend: a process has one backend, and a new one once that is finalized.
func TestOneBackend(t *testing.T) {
	first, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Open(); err != nil || second != first {
		t.Errorf("a second backend was opened, %v", err)
	}
	first.Finalize()
	third, err := Open()
	if err != nil || third == first {
		t.Errorf("the finalized backend came back, %v", err)
	}
}
