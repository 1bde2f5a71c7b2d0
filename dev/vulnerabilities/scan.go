package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// govulncheck can use a folder of entries as its database; TestScanFinds checks that it does.
const govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"

// standardLibrary is govulncheck's name for the module of the standard library.
const standardLibrary = "stdlib"

// A Finding is a vulnerability that is called.
type Finding struct {
	ID, Module, Version, Fixed string // Fixed is empty if no version fixes it
	Caller                     string // function at the start of the call stack
	Summary                    string
}

func (f Finding) String() string {
	fixed := "not fixed yet"
	if f.Fixed != "" {
		fixed = "fixed in " + f.Fixed
	}
	return fmt.Sprintf("%s in %s %s, %s (%s)", f.ID, f.Module, f.Version, fixed, f.Summary)
}

// Scan runs govulncheck in a folder and lists the vulnerabilities that the packages call, each once.
func Scan(database *Database, folder string, packages ...string) ([]Finding, error) {
	var stderr bytes.Buffer
	command := exec.Command("go", append([]string{"run", govulncheck, "-db", "file://" + filepath.ToSlash(database.Dir), "-format", "json"}, packages...)...)
	command.Dir, command.Stderr = folder, &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("look for vulnerabilities in %s: %w: %s", folder, err, strings.TrimSpace(stderr.String()))
	}
	found, err := decode(bytes.NewReader(out))
	if err != nil {
		return nil, fmt.Errorf("look for vulnerabilities in %s: decode govulncheck's output: %w", folder, err)
	}
	return found, nil
}

// A frame is one call in a trace, which goes from the vulnerable function to its callers.
type frame struct{ Module, Version, Package, Function string }

// decode reads govulncheck's messages. A finding in a package that is only imported has no function in its trace.
func decode(r io.Reader) ([]Finding, error) {
	summaries := map[string]string{}
	byID := map[string]Finding{}
	decoder := json.NewDecoder(r)
	for {
		var message struct {
			OSV     *struct{ ID, Summary string }
			Finding *struct {
				OSV          string
				FixedVersion string `json:"fixed_version"`
				Trace        []frame
			}
		}
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if entry := message.OSV; entry != nil {
			summaries[entry.ID] = entry.Summary
		}
		if f := message.Finding; f != nil && len(f.Trace) > 0 && f.Trace[0].Function != "" {
			at, from := f.Trace[0], f.Trace[len(f.Trace)-1]
			byID[f.OSV] = Finding{ID: f.OSV, Module: at.Module, Version: at.Version, Fixed: f.FixedVersion, Caller: from.Package + "." + from.Function}
		}
	}
	var found []Finding
	for id, f := range byID {
		f.Summary = summaries[id]
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.ID, b.ID) })
	return found, nil
}
