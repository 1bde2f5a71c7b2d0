package terminal

import (
	"strings"
	"testing"
)

// TestPrintable: no control characters reach the terminal, except newlines and tabs.
func TestPrintable(t *testing.T) {
	if got := Printable("a\x1b[31m\r\u009bb\n\tc"); strings.ContainsAny(got, "\x1b\r\u009b") || !strings.Contains(got, "b\n\tc") {
		t.Errorf("%q", got)
	}
}
