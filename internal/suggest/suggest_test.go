package suggest

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"chosen", "chosen", 0}, {"choosen", "chosen", 1}, {"chosne", "chosen", 1}, {"chsen", "chosen", 1},
		{"shozen", "chosen", 2}, {"", "chosen", 6}, {"chosen", "", 6}, {"output", "input", 3},
		{strings.Repeat("a", 65), "chosen", 64},
	} {
		if got := Distance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"sigmoid", "hinge", "ipo", "sigmoid_norm"}
	for name, want := range map[string]string{"sigmiod": "sigmoid", "hing": "hinge", "ip": "ipo", "": "ipo"} {
		if got := Nearest(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := NearestOrPrefix("h", names); got != "hinge" {
		t.Errorf("the prefix h: %q", got)
	}
	if got := Nearest("a", nil); got != "" {
		t.Errorf("without names: %q", got)
	}
}
