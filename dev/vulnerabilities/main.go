// Command vulnerabilities runs govulncheck: it looks for known vulnerabilities in code that this program, or a tool that
// set-up builds, calls. The database is the one behind vuln.go.dev, downloaded as a Go module with a pinned version and hash.
//
//	go run ./dev/vulnerabilities
//	go run ./dev/vulnerabilities -database latest
//
// The second uses the newest database and prints the lines that pin it in database.go.
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

// scans lists the folders with a go.mod, and which packages are built from each.
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

// run scans from the root of the checkout, unless nothing has changed since the last scan that passed. Its error lists the
// vulnerabilities that are called.
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
		_, err := fmt.Fprintf(out, "nothing has changed since the last scan:\n%s", printed)
		return err
	}
	var printed bytes.Buffer
	if err := scan(io.MultiWriter(out, &printed), version); err != nil {
		return err
	}
	return keep(now, printed.Bytes())
}

// scan downloads a database and scans with it.
func scan(out io.Writer, version string) error {
	database, err := Fetch(version)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "database of %s, %d entries\n", database.Date.Format(time.DateOnly), database.Entries)
	if version != pinned.Version {
		fmt.Fprintf(out, "to pin it, write in dev/vulnerabilities/database.go:\n\tVersion: %q,\n\tSum:     %q,\n", database.Version, database.Sum)
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

// report prints the findings. It is an error if a vulnerable module is called and not accepted, and if an accepted finding
// is gone. The standard library depends on the installed Go: findings there are only printed.
func report(out io.Writer, found []Finding) error {
	var faults []string
	library, seen := map[string]Finding{}, map[string]bool{}
	for _, f := range found {
		reason, ok := accepted[f.ID]
		switch {
		case f.Module == standardLibrary:
			library[f.ID] = f
		case ok:
			fmt.Fprintf(out, "%s: accepted: %s\n", f, reason)
			seen[f.ID] = true
		default:
			faults = append(faults, f.String()+", called by "+f.Caller)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(accepted)) {
		if !seen[id] {
			faults = append(faults, id+" in accepted.go is no longer found; remove it there")
		}
	}
	printLibrary(out, library)
	if len(faults) > 0 {
		return fmt.Errorf("update these modules, or list them in accepted.go with a reason:\n  %s", strings.Join(faults, "\n  "))
	}
	_, err := fmt.Fprintf(out, "no other known vulnerabilities in modules that are called\n")
	return err
}

// printLibrary sums up the findings in the standard library, and names the Go that fixes all of them.
func printLibrary(out io.Writer, found map[string]Finding) {
	if len(found) == 0 {
		return
	}
	var has, fixed string
	for _, f := range found {
		has = f.Version
		if later := "go" + strings.TrimPrefix(f.Fixed, "v"); gover.Compare(later, fixed) > 0 {
			fixed = later
		}
	}
	fmt.Fprintf(out, "Go %s: %d vulnerabilities in the standard library are called; fixed in %s; update Go (%s)\n",
		strings.TrimPrefix(has, "v"), len(found), fixed, strings.Join(slices.Sorted(maps.Keys(found)), ", "))
}
