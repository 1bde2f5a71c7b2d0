package device

import "testing"

func TestIsAmpere(t *testing.T) {
	for capability, want := range map[string]bool{"7.5": false, "8.0": true, "8.9": true, "9.0": true, "12.0": true, "": false, "[N/A]": false} {
		if got := isAmpere(capability); got != want {
			t.Errorf("%q: %t", capability, got)
		}
	}
}
