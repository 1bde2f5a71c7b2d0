package jinja

import (
	"testing"
	"time"
)

// Python 3.11 writes these texts, by datetime.strftime in the C locale.
func TestStrftime(t *testing.T) {
	afternoon, newYear, newYearsEve := time.Date(2024, 7, 4, 15, 6, 7, 8000, time.UTC), time.Date(2024, 1, 1, 0, 6, 7, 8000, time.UTC),
		time.Date(2023, 12, 31, 12, 6, 7, 8000, time.UTC)
	for _, c := range []struct {
		at           time.Time
		format, want string
	}{
		{afternoon, "%d %b %Y, %A %B %a %y-%m %H:%M:%S %I%p %j %f 100%%", "04 Jul 2024, Thursday July Thu 24-07 15:06:07 03PM 186 000008 100%"},
		{afternoon, "%-d %-m %-I %-j %e|%-e %k %l", "4 7 3 186  4|4 15  3"},
		{afternoon, "%F %T %D %R %r %c %x %X", "2024-07-04 15:06:07 07/04/24 15:06 03:06:07 PM Thu Jul  4 15:06:07 2024 07/04/24 15:06:07"},
		{afternoon, "%C %G %g %V %u %w %U %W %h%n%t%z%Z", "20 2024 24 27 4 4 26 27 Jul\n\t"},
		{newYear, "%G %g %V %u %w %U %W %I %k %l %-H %-D %-B", "2024 24 01 1 1 00 01 12  0 12 0 01/01/24 January"},
		{newYearsEve, "%G %g %V %u %w %U %W %j %p", "2023 23 52 7 0 53 52 365 PM"},
		{afternoon, "50%", "50%"},
	} {
		if got := strftime(c.at, c.format); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.format, got, c.want)
		}
	}
}
