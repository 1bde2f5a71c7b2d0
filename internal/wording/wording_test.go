package wording

import (
	"slices"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		Count(0, "pair"): "0 pairs", Count(1, "pair"): "1 pair", Count(1200, "pair"): "1,200 pairs",
		Thousands(999): "999", Thousands(1234567): "1,234,567", Thousands(-123): "-123", Thousands(-1234): "-1,234",
		Percent(0.625): "62 %", Percent(1): "100 %", PercentOf(1, 300): "0.3 %", PercentOf(0, 0): "0 %", PercentOf(1, 2): "50 %",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLists(t *testing.T) {
	for want, items := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := And(items); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := Or(items), strings.ReplaceAll(want, " and ", " or "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := Quote([]string{"a", `b"`}); !slices.Equal(got, []string{`"a"`, `"b\""`}) {
		t.Errorf("quoted: %s", got)
	}
	if got := Names([]string{"a", " b", "", strings.Repeat("c", 41)}); got != `a, " b", "", `+strings.Repeat("c", 40)+"…" {
		t.Errorf("names: %s", got)
	}
	if got := Names(strings.Fields(strings.Repeat("x ", 14))); !strings.HasSuffix(got, "x and 2 more") {
		t.Errorf("many names: %s", got)
	}
}
