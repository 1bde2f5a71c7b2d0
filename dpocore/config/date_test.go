package config

import (
	"strings"
	"testing"
)

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{"2026-11-29": "2026-11-29T00:00:00", "2024-02-29T23:59:58": "2024-02-29T23:59:58"} {
		if date, err := ParseDate(text); err != nil || date.Format(TimeOfDay) != want {
			t.Errorf("%s: %v, %v", text, date, err)
		}
	}
	for _, text := range []string{"2024-02-30", "2026-11-31", "2025-02-29", "2026-13-01", "2026-11-29T25:00:00"} {
		if _, err := ParseDate(text); err == nil || err.Error() != `the date is "`+text+`", and there is no such day or time` {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"29.11.2026", "today", "2026-11-29 12:00", "2026-11-29T12:00:00Z", "20261129"} {
		c := Default()
		c.Date = text
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), `the date is "`+text+`"; write it as 2026-11-29`) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A run continues with the date that it recorded; another one is another run.
func TestDifferenceOfDates(t *testing.T) {
	for _, c := range []struct{ mine, recorded, want string }{
		{"2026-11-29", "2026-11-30", "its date is 2026-11-30, this run's is 2026-11-29"},
		{"2026-11-29", "2026-11-29", ""},
		{"2026-11-29", "", ""}, // of an earlier version
		{"", "2026-11-30", ""},
	} {
		mine, recorded := Default(), Default()
		mine.Date, recorded.Date = c.mine, c.recorded
		if got := Difference(mine, recorded); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.mine, c.recorded, got, c.want)
		}
	}
}
