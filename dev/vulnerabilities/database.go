package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const databaseModule = "golang.org/x/vulndb"

// A Database is one version of the module with the entries.
type Database struct {
	Version string
	Sum     string // as in a go.sum
	Dir     string // folder of its entries, one JSON file each
	Date    time.Time
	Entries int
}

// pinned is the database to scan with.
var pinned = Database{
	Version: "v0.0.0-20261105234957-e22db6528018",
	Sum:     "h1:mfngRv0Yoh0VApsXKEN82CjD99kl7mtparN3bs3JnqI=",
}

// Fetch downloads a version of the database (25 MB) into the module cache, unless it is there.
func Fetch(version string) (*Database, error) {
	empty, err := os.MkdirTemp("", "vulnerabilities-") // a go.mod here would get the module
	if err != nil {
		return nil, fmt.Errorf("make a folder to download the database from: %w", err)
	}
	defer os.RemoveAll(empty)
	command := exec.Command("go", "mod", "download", "-json", databaseModule+"@"+version)
	command.Dir = empty
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := command.Output()
	var module struct{ Version, Sum, Dir, Error string }
	if jsonErr := json.Unmarshal(out, &module); err == nil {
		err = jsonErr
	}
	if module.Error != "" {
		err = errors.New(module.Error)
	}
	if err != nil {
		return nil, fmt.Errorf("download %s %s: %w; check that the module proxy can be reached", databaseModule, version, err)
	}
	if version == pinned.Version && module.Sum != pinned.Sum {
		return nil, fmt.Errorf("%s %s has the sum %s, but %s is pinned; do not trust it", databaseModule, version, module.Sum, pinned.Sum)
	}
	return opened(module.Version, module.Sum, filepath.Join(module.Dir, "data", "osv"))
}

// dateOf returns the date in a pseudo-version.
func dateOf(version string) (time.Time, error) {
	_, rest, _ := strings.Cut(version, "-")
	text, _, _ := strings.Cut(rest, "-")
	date, err := time.Parse("20060102150405", text)
	if err != nil {
		return date, fmt.Errorf("the version %s of %s has no date in it", version, databaseModule)
	}
	return date, nil
}

// opened checks a downloaded database.
func opened(version, sum, dir string) (*Database, error) {
	date, err := dateOf(version)
	if err != nil {
		return nil, err
	}
	entries, err := filepath.Glob(filepath.Join(dir, "GO-*.json"))
	if err != nil || len(entries) == 0 {
		return nil, fmt.Errorf("%s %s has no entries in data/osv; pin an earlier version (%v)", databaseModule, version, err)
	}
	return &Database{Version: version, Sum: sum, Dir: dir, Date: date, Entries: len(entries)}, nil
}
