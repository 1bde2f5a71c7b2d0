// Command vulnerabilities looks with govulncheck for known vulnerabilities that this program, or a tool that set-up
// builds, calls. The database is the one behind vuln.go.dev, as the Go module that its entries are kept in: what fetches
// modules fetches it, at a version and with a hash that are pinned here.
//
//	go run ./internal/vulnerabilities
//	go run ./internal/vulnerabilities -database latest
//
// The second asks for the newest database, and says what to write in database.go to move there.
package main

import (
	"bytes"
	"flag"
	"fmt"
	gover "go/version"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// scans are the folders with a go.mod, and of each the packages that are built from it.
var scans = []struct{ folder, packages string }{
	{".", "./..."},
	{"setup/gotools", "tool"},
}

func main() {
	version := flag.String("database", pinned.Version, "the `version` of "+databaseModule+", or latest")
	flag.Parse()
	if err := run(os.Stdout, *version); err != nil {
		fmt.Fprintln(os.Stderr, "vulnerabilities:", err)
		os.Exit(1)
	}
}

// run scans from the root of the checkout, unless nothing has changed since a scan that found no fault. An error says
// what is called and vulnerable.
func run(out io.Writer, version string) error {
	if version != pinned.Version {
		return scan(out, version)
	}
	date, err := dateOf(version)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the pinned database is %d days old\n", int(time.Since(date)/(24*time.Hour)))
	now, err := state()
	if err != nil {
		return err
	}
	if printed, ok := outcome(now); ok {
		_, err := fmt.Fprintf(out, "nothing has changed since it was looked into:\n%s", printed)
		return err
	}
	var printed bytes.Buffer
	if err := scan(io.MultiWriter(out, &printed), version); err != nil {
		return err
	}
	return keep(now, printed.Bytes())
}

// scan fetches a database and looks into it.
func scan(out io.Writer, version string) error {
	database, err := Fetch(version)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "database of %s, %d entries\n", database.Date.Format(time.DateOnly), database.Entries)
	if version != pinned.Version {
		fmt.Fprintf(out, "to move to it, write in internal/vulnerabilities/database.go:\n\tVersion: %q,\n\tSum:     %q,\n", database.Version, database.Sum)
	}
	var found []Finding
	for _, s := range scans {
		some, err := Scan(database, s.folder, s.packages)
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	return report(out, found)
}

// report says what was found. A module that is called and vulnerable is an error, unless it is accepted, and so is a
// reason for what is no longer found. The standard library is that of the Go that runs: what is found there is only said.
func report(out io.Writer, found []Finding) error {
	var faults []string
	library, seen := map[string]Finding{}, map[string]bool{}
	for _, f := range found {
		reason, ok := accepted[f.ID]
		switch {
		case f.Module == standardLibrary:
			library[f.ID] = f
		case ok:
			fmt.Fprintf(out, "%s: accepted, as %s\n", f, reason)
			seen[f.ID] = true
		default:
			faults = append(faults, f.String()+", called by "+f.Caller)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(accepted)) {
		if !seen[id] {
			faults = append(faults, id+" stands in accepted.go and is no longer found; take it out there")
		}
	}
	sayLibrary(out, library)
	if len(faults) > 0 {
		return fmt.Errorf("update the modules, or say in accepted.go why not:\n  %s", strings.Join(faults, "\n  "))
	}
	_, err := fmt.Fprintf(out, "no other vulnerability is known in a module that is called\n")
	return err
}

// sayLibrary sums up what is vulnerable in the standard library, and which Go mends all of it.
func sayLibrary(out io.Writer, found map[string]Finding) {
	if len(found) == 0 {
		return
	}
	var has, mended string
	for _, f := range found {
		has = f.Version
		if later := "go" + strings.TrimPrefix(f.Fixed, "v"); gover.Compare(later, mended) > 0 {
			mended = later
		}
	}
	fmt.Fprintf(out, "Go %s: %d vulnerabilities in the standard library are called, mended in %s; update Go (%s)\n",
		strings.TrimPrefix(has, "v"), len(found), mended, strings.Join(slices.Sorted(maps.Keys(found)), ", "))
}
