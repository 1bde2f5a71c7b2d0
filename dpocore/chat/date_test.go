package chat

import (
	"strings"
	"testing"
	"time"
)

// dated returns an encoder with another template.
func dated(t *testing.T, source string) *Encoder {
	t.Helper()
	tmpl, err := compile(source, names)
	if err != nil {
		t.Fatal(err)
	}
	e := *smolEncoder(t)
	e.template = tmpl
	return &e
}

// The forms in which templates of published models write a date, and others.
const (
	llama31 = `{%- if not date_string is defined %}{%- set date_string = "26 Jul 2024" %}{%- endif %}Today Date: {{ date_string }}`
	llama32 = `{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}` +
		`{%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}{%- endif %}Today Date: {{ date_string }}`
	granite = `{%- if messages[0].role == 'system' %}{{ messages[0].content }}{% else %}Today's Date: {{ strftime_now('%B %d, %Y') }}.{% endif %}`
)

func TestWritesDate(t *testing.T) {
	for source, want := range map[string][2]bool{
		llama31: {false, false}, // its date is always the default
		llama32: {true, false},
		granite: {true, false},
		"{% if messages[0].role == 'system' %}{{ strftime_now('%Y') }}{% endif %}":                      {true, false},
		"{% if messages|length > 1 and not add_generation_prompt %}{{ strftime_now('%A') }}{% endif %}": {true, false},
		"{{ strftime_now('%Y-%m-%d %H:%M') }}":                                                          {true, true},
		"{{ strftime_now('%S') }}":                                                                      {true, true},
		"{{ strftime_now('%H') }}":                                                                      {true, true},
		"{% if tools %}{{ strftime_now('%Y') }}{% endif %}x":                                            {false, false},
		"{{ strftime_now is defined }}":                                                                 {false, false},
		"x":                                                                                             {false, false},
	} {
		day, timeOfDay := dated(t, source).WritesDate()
		if got := [2]bool{day, timeOfDay}; got != want {
			t.Errorf("%s: day and time of day %v, want %v", source, got, want)
		}
	}
}

// The date is the same in all renderings, whatever the clock says. date_string is defined only if the user gives a date.
func TestAt(t *testing.T) {
	at := time.Date(2026, 11, 9, 23, 59, 58, 0, time.UTC)
	for _, c := range []struct {
		source      string
		given, then string // what is written with a date that is given, and one that is not
	}{
		{llama31, "Today Date: 09 Nov 2026", "Today Date: 26 Jul 2024"},
		{llama32, "Today Date: 09 Nov 2026", "Today Date: 09 Nov 2026"},
		{granite, "Today's Date: November 09, 2026.", "Today's Date: November 09, 2026."},
		{"{{ strftime_now('%H:%M:%S') }}{{ date_string is defined }}", "23:59:58False", "23:59:58False"},
	} {
		e := dated(t, c.source)
		for given, want := range map[bool]string{true: c.given, false: c.then} {
			if got, err := e.At(at, given).Render(user("Hi"), true); err != nil || got != want {
				t.Errorf("%s, given %v: %q, %v, want %q", c.source, given, got, err, want)
			}
		}
		if text, err := e.Render(user("Hi"), true); err != nil || strings.Contains(text, "2026-11-09") {
			t.Errorf("%s: At changed the encoder it was called on: %q, %v", c.source, text, err)
		}
	}
	if day, timeOfDay := dated(t, llama31).At(at, true).WritesDate(); !day || timeOfDay {
		t.Errorf("Llama 3.1's template with a date that is given: %v %v", day, timeOfDay)
	}
}
