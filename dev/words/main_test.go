package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestCheckLine(t *testing.T) {
	for line, want := range map[string]string{
		"// the way back through a layer":              "way back",
		"func (h heads) attend(flatSlope *Node)":       "flatSlope",
		"The run goes on after step 3.":                "goes on",
		"0.2 nats a token":                             "nats a token",
		"8 pairs per step":                             "",
		"trains a run":                                 "",
		"it was tried 4 times in all.":                 "in all.",
		"agrees in all figures":                        "",
		"b stands for beta":                            "",
		"the value stands in run.json":                 "stands",
		"func read() (r Record, there bool)":           "there bool",
		"is in use by another process (number %d)":     "process (number",
		"mended in v1.2":                               "mended",
		"amend":                                        "",
		"a folder of its own":                          "of its own",
		"unknown loss type":                            "",
		"the least squares":                            "the least",
		"at the least 3":                               "",
		"the greatest common divisor of both":          "",
		`fmt.Printf("taken    %s\n", actual)`:          `"taken`,
		"Nothing wrong is to be seen.":                 "is to be seen",
		"leave the other files alone":                  "leave the other files alone",
		"the last sound checkpoint":                    "last sound",
		"whether they sound natural":                   "",
		"where there is one, and where there are none": "where there is one",
	} {
		got := ""
		if found := checkLine("a.go", 1, line); len(found) > 0 {
			got = found[0].word
		}
		if got != want {
			t.Errorf("%q: found %q, want %q", line, got, want)
		}
	}
}

// TestNotebook checks that the saved outputs of a notebook do not count.
func TestNotebook(t *testing.T) {
	found := check("a.ipynb", []byte(strings.Join([]string{
		`{"cells": [`, `  {`, `   "outputs": [`, `    "text/plain": [`, `     "it goes on"`, `    ]`, `   ],`,
		`   "source": [`, `    "It goes on.\n",`, `    "Fine."`, `   ]`, `  }`, `], "comment": "goes on"}`}, "\n")))
	if len(found) != 1 || found[0].line != 9 {
		t.Errorf("found %+v", found)
	}
}

func TestReport(t *testing.T) {
	found := checkLine("a.go", 7, "it begins anew")
	var all, counts bytes.Buffer
	report(&all, found, true)
	report(&counts, found, false)
	if got, want := all.String(), "a.go:7: \"anew\": write again, start over\n"; got != want {
		t.Errorf("all: %q, want %q", got, want)
	}
	if got, want := counts.String(), "    1 lines to rewrite with: again, start over\n    1 lines total; go run ./dev/words -all lists them\n"; got != want {
		t.Errorf("counts: %q, want %q", got, want)
	}
}

// TestExceptions checks that every exception names a rule and a reason.
func TestExceptions(t *testing.T) {
	for _, e := range exceptions {
		known := false
		for _, r := range table {
			known = known || r.write == e.write
		}
		if !known || e.reason == "" {
			t.Errorf("the exception for %s names the rule %q and the reason %q", e.file, e.write, e.reason)
		}
	}
}

// TestHints checks that no hint hides a match of its pattern.
func TestHints(t *testing.T) {
	t.Chdir("../..")
	findings, err := scan([]string{"docs/", "cmd/"})
	if err != nil {
		t.Fatal(err)
	}
	with := len(findings)
	saved := slices.Clone(table)
	defer func() { copy(table, saved) }()
	for i := range table {
		table[i].hint = ""
	}
	if findings, err = scan([]string{"docs/", "cmd/"}); err != nil || len(findings) != with {
		t.Errorf("%d findings with hints, %d without (%v): %v", with, len(findings), err, findings)
	}
}
