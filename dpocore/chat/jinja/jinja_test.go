package jinja_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/jinjatest"
)

// recorded is a template with the text that Jinja2 3.1.6 renders in the environment of transformers 5.23.0. interop/test_jinja.py
// writes the file, whose first row has the variables.
type recorded struct {
	Variables json.RawMessage
	Source    string
	Text      string
	Error     bool   // Jinja2 raises an error
	Refused   string // why this package does
}

// readRecorded returns the rows and the variables.
func readRecorded(tb testing.TB) (rows []recorded, variables json.RawMessage) {
	tb.Helper()
	file, err := os.Open("testdata/expressions.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	for d := json.NewDecoder(file); d.More(); {
		var r recorded
		if err := d.Decode(&r); err != nil {
			tb.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows[1:], rows[0].Variables
}

// TestRecordedExpressions compares with Jinja2's texts and errors.
func TestRecordedExpressions(t *testing.T) {
	rows, variables := readRecorded(t)
	for _, r := range rows {
		got, err := jinjatest.Render(r.Source, variables, time.Date(2024, 7, 4, 15, 6, 7, 8000, time.UTC))
		switch {
		case r.Error || r.Refused != "":
			if err == nil {
				t.Errorf("%s:\ngot  %q\nwant an error", r.Source, got)
			}
		case err != nil || got != r.Text:
			t.Errorf("%s:\ngot  %q, %v\nwant %q", r.Source, got, err, r.Text)
		}
	}
}
