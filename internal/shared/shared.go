// Package shared finds the recorded reference data that tests compare with.
//
// The data are in a folder named shared beside the checkout. Without it, tests
// that need the data are skipped.
package shared

import (
	"os"
	"path/filepath"
	"testing"
)

// RequireEnv names the environment variable that, set to 1, turns a missing
// file into a failure instead of a skipped test.
const RequireEnv = "DPO_REQUIRE_SHARED"

// Path returns the path of ../shared/rel, as seen from the module's root.
// If the file is missing, the test is skipped, or fails if RequireEnv is 1.
func Path(t testing.TB, rel string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatalf("find the module's root: %v", err)
	}
	path := filepath.Join(root, "..", "shared", filepath.FromSlash(rel))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv(RequireEnv) == "1" {
			t.Fatalf("%s=1, but reference data are missing: %v", RequireEnv, err)
		}
		t.Skipf("reference data are missing: %v", err)
	}
	return path
}

// moduleRoot walks up from the working directory to the folder of go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", os.ErrNotExist
		}
		dir = parent
	}
}
