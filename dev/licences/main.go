// Command licences lists the modules that this program is built from, with versions and licences. With -bom it also writes
// them as a CycloneDX bill of materials:
//
//	go run ./dev/licences -list docs/licences.md -bom docs/bom.json
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Module is a dependency as the go command describes it.
type Module struct {
	Path, Version, Sum, Dir string
	Main                    bool
	Replace                 *Module
	Licence                 string
}

func main() {
	list := flag.String("list", "docs/licences.md", "write the list to this `file`")
	bom := flag.String("bom", "", "write a bill of materials to this `file`")
	flag.Parse()
	if err := run(*list, *bom); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(list, bom string) error {
	modules, err := Linked("./cmd/...", "./gonbext", "./plots", "./dpocore/...")
	if err != nil {
		return err
	}
	document, err := Document(modules)
	if err != nil {
		return err
	}
	if err := os.WriteFile(list, document, 0o644); err != nil {
		return err
	}
	if bom == "" {
		return nil
	}
	raw, err := Bill(modules)
	if err != nil {
		return err
	}
	return os.WriteFile(bom, raw, 0o644)
}

// Linked lists the modules that the packages link, with their licences, sorted by path.
func Linked(patterns ...string) ([]Module, error) {
	var stderr bytes.Buffer
	command := exec.Command("go", append([]string{"list", "-deps", "-json=Module"}, patterns...)...)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the dependencies: %w: %s", err, stderr.String())
	}
	found := map[string]Module{}
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var item struct{ Module *Module }
		if err := decoder.Decode(&item); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("list the dependencies: %w", err)
		}
		if m := item.Module; m != nil && !m.Main { // the standard library has none
			if m.Replace != nil {
				m.Dir = m.Replace.Dir
			}
			found[m.Path] = *m
		}
	}
	var modules []Module
	for _, m := range found {
		if m.Licence, err = licenceIn(m.Dir); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// licenceIn recognises a module's licence by the text of its licence file.
func licenceIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		if entry.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		if licence := Recognise(string(content)); licence != "" {
			return licence, nil
		}
	}
	return "", fmt.Errorf("no known licence in %s; add its text to Recognise", dir)
}

// Recognise returns the SPDX identifier of a licence text, or "" if it is unknown.
func Recognise(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(words string) bool { return strings.Contains(text, words) }
	switch {
	case has("FreeType License"):
		return "FTL"
	case has("Apache License") && has("Version 2.0"):
		return "Apache-2.0"
	case has("Creative Commons Attribution 4.0 International"):
		return "CC-BY-4.0"
	case has("Mozilla Public License") && has("2.0"):
		return "MPL-2.0"
	case has("Redistribution and use in source and binary forms") && has("Neither the name"):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("Permission is hereby granted, free of charge"):
		return "MIT"
	case has("Permission to use, copy, modify, and/or distribute"), has("Permission to use, copy, modify, and distribute"):
		return "ISC"
	}
	return ""
}
