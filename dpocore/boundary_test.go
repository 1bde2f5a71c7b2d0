package dpocore_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// linked lists all packages that a package of this module links, by go list -deps; those of this module without its path.
func linked(t *testing.T, pattern string) []string {
	t.Helper()
	module := run(t, "go", "list", "-m")[0]
	var list []string
	for _, path := range run(t, "go", "list", "-deps", module+"/"+pattern) {
		list = append(list, strings.TrimPrefix(path, module+"/"))
	}
	return list
}

func run(t *testing.T, name string, args ...string) []string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return strings.Fields(string(out))
}

// TestBoundaries keeps the lines between the packages: what a cell only draws must not link XLA, and the library must
// not know who shows its results.
func TestBoundaries(t *testing.T) {
	const xla = "github.com/gomlx/go-xla/pjrt"
	never := map[string][]string{
		"dpocore":                       {"gonbext", "plots", "gonum.org/v1/plot"},
		"plots":                         {xla, "github.com/daulet/tokenizers", "dpocore", "dpocore/decoder"},
		"dpocore/metrics":               {xla, "gonum.org/v1/plot", "github.com/gomlx/gomlx/core/graph"},
		"dpocore/preference":            {xla, "github.com/daulet/tokenizers"},
		"dpocore/ranking":               {xla, "github.com/daulet/tokenizers"},
		"dpocore/judge":                 {xla, "github.com/daulet/tokenizers"},
		"dpocore/chat":                  {xla},
		"dpocore/tokenizer":             {xla},
		"dpocore/evaluation/statistics": {xla, "gonum.org/v1/plot", "dpocore/metrics"},
		"dpocore/evaluation":            {xla, "gonum.org/v1/plot", "github.com/daulet/tokenizers"},
		"dpocore/sweep":                 {xla, "gonum.org/v1/plot", "github.com/daulet/tokenizers"},
		"dpocore/diagnose":              {xla, "gonum.org/v1/plot", "github.com/daulet/tokenizers"},
		"dpocore/batch":                 {xla, "github.com/gomlx/gomlx/core/graph"},
		"dpocore/loss":                  {xla},
		"dpocore/decoder":               {xla, "github.com/daulet/tokenizers"},
		"dpocore/weights/safetensors":   {xla},
		"dpocore/policy":                {xla},
		"dpocore/lint":                  {xla},
		"dpocore/preview":               {xla},
		"dpocore/source":                {xla, "github.com/daulet/tokenizers"},
		"dpocore/hub":                   {xla, "github.com/gomlx/gomlx/core/graph"},
	}
	for pattern, forbidden := range never {
		list := linked(t, pattern)
		for _, path := range append(forbidden, "gonbext") {
			if slices.Contains(list, path) {
				t.Errorf("%s links %s", pattern, path)
			}
		}
		if pattern != "dpocore" && slices.Contains(list, "dpocore") {
			t.Errorf("%s is a leaf, but links dpocore", pattern)
		}
	}
}

// TestStandardLibraryAlone: a cell that reads a run's figures compiles in a moment.
func TestStandardLibraryAlone(t *testing.T) {
	for _, pattern := range []string{"dpocore/metrics", "dpocore/evaluation/statistics", "dpocore/evaluation", "dpocore/diagnose"} {
		for _, path := range linked(t, pattern) {
			first, _, _ := strings.Cut(path, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(path, "vendor/") {
				t.Errorf("%s links %s", pattern, path)
			}
		}
	}
}
