// Package errtest checks the texts of errors in tests.
package errtest

import (
	"strings"
	"testing"
)

// Contains reports an error whose text lacks one of the parts. It ends the test if err is nil.
func Contains(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that contains %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not contain %q", err, part)
		}
	}
}
