package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// By default, Open finds the installed plugin and computes 1 + 2 = 3. It keeps go-xla from downloading.
func TestOpen(t *testing.T) {
	t.Setenv(Env, "")
	t.Setenv(noInstall, "")
	backend, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	if got := Describe(backend); got != "XLA on the CPU" || Note(backend) != "" {
		t.Errorf("the backend is described as %q, with the note %q", got, Note(backend))
	}
	if os.Getenv(noInstall) != "1" {
		t.Errorf("%s is %q", noInstall, os.Getenv(noInstall))
	}
	sum, err := graph.CallOnce(backend, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }, float32(1), float32(2))
	if err != nil || sum.Value() != float32(3) {
		t.Errorf("1 + 2 = %v, %v", sum, err)
	}
}

// The error for a backend that can't be opened is one line with its name and what to do.
func TestOpenFails(t *testing.T) {
	notAPlugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(notAPlugin, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, config := range []string{"nonsense", "xla:" + filepath.Join(t.TempDir(), "absent.so"), "xla:" + notAPlugin} {
		t.Setenv(Env, config)
		backend, err := Open()
		if err == nil {
			backend.Finalize()
			t.Errorf("%s was opened", config)
			continue
		}
		for _, part := range []string{config, "make setup"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q lacks %q", config, err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has more than one line: %q", config, err)
		}
	}
}

// Without the setup, Open falls back to pure Go, and Note explains it.
func TestOpenWithoutPlugin(t *testing.T) {
	t.Setenv(Env, "")
	t.Setenv("GONB_DIR", "")
	t.Setenv("GONB_DPO_CHECKOUT", "")
	t.Chdir(t.TempDir())
	backend, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	if got := Describe(backend); !strings.HasPrefix(got, "pure Go") {
		t.Errorf("the backend is described as %q", got)
	}
	for _, part := range []string{"pure Go", "not installed", "times as long", "make setup"} {
		if note := Note(backend); !strings.Contains(note, part) {
			t.Errorf("the note %q lacks %q", note, part)
		}
	}
	if note := Note(backend); simd == strings.Contains(note, "GOEXPERIMENT") {
		t.Errorf("built with SIMD: %t, but the note is %q", simd, note)
	}
}

// "go" gets the option that avoids the deadlock; explicit options are unchanged.
func TestGoByName(t *testing.T) {
	for config, want := range map[string]string{"go": goConfig, "go:parallelism=2": "go:parallelism=2"} {
		t.Setenv(Env, config)
		if got := Choice(); got != want {
			t.Errorf("%s=%s selects %q, want %q", Env, config, got, want)
		}
	}
	t.Setenv(Env, "go")
	backend, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	if note := Note(backend); !strings.Contains(note, Env+" asks for it") {
		t.Errorf("the note is %q", note)
	}
}

// A process has one backend, and opens a new one only after that is finalized.
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
		t.Errorf("the finalized backend was returned, %v", err)
	}
}
