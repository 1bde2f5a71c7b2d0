package config

import (
	"fmt"
	"regexp"
	"time"
)

// Forms of a date. It is what a clock on the wall shows, without a time zone, as Python's datetime.now() is in transformers: what
// the template writes is then the same wherever a run is resumed.
const (
	Day       = "2006-01-02"
	TimeOfDay = "2006-01-02T15:04:05"
)

// DateHelp describes a flag with a date.
const DateHelp = "the `date` that the chat template writes, if it writes the present one as Llama 3.2's does, such as 2026-11-29 or 2026-11-29T12:00:00"

// written matches what has one of the two forms, even if there is no such day or time.
var written = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2})?$`)

// ParseDate reads a date in one of the two forms. "" is the present.
func ParseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	for _, form := range []string{Day, TimeOfDay} {
		if date, err := time.Parse(form, text); err == nil {
			return date, nil
		}
	}
	if written.MatchString(text) {
		return time.Time{}, fmt.Errorf("the date is %q, and there is no such day or time", text)
	}
	return time.Time{}, fmt.Errorf("the date is %q; write it as 2026-11-29 or, with the time of day, 2026-11-29T12:00:00", text)
}

// DateNotes says which date the chat template writes, or that it writes none although one is given.
func DateNotes(given, written string) []string {
	switch {
	case written != "":
		return []string{fmt.Sprintf("The chat template writes the date into each prompt: %s in this run, also when it is resumed (--date sets another).", written)}
	case given != "":
		return []string{fmt.Sprintf("The chat template writes no date, so the date %s has no effect.", given)}
	}
	return nil
}
