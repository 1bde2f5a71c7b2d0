package main

import (
	"os"
	"strings"
	"testing"
)

func TestRecognise(t *testing.T) {
	for text, want := range map[string]string{
		"Apache License\n   Version 2.0, January 2004":                                                   "Apache-2.0",
		"MIT License\n\nPermission is hereby granted, free\nof charge, to any person":                    "MIT",
		"Redistribution and use in source and binary forms ... * Neither the name of Google Inc. nor":    "BSD-3-Clause",
		"Redistribution and use in source and binary forms, with or without modification, are permitted": "BSD-2-Clause",
		"All rights reserved.": "",
	} {
		if got := Recognise(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestListIsCurrent checks that docs/licences.md lists every linked module and that no licence is a GPL.
func TestListIsCurrent(t *testing.T) {
	t.Chdir("../..")
	modules, err := Linked("./cmd/...", "./gonbext", "./plots", "./dpocore/...")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Document(modules)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("docs/licences.md")
	if err != nil || string(got) != string(want) {
		t.Errorf("docs/licences.md is not what `go run ./dev/licences -bom docs/bom.json` writes (%v)", err)
	}
	for _, m := range modules {
		if strings.Contains(m.Licence, "GPL") {
			t.Errorf("%s has the licence %s", m.Path, m.Licence)
		}
	}
}
