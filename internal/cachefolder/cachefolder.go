// Package cachefolder finds the folder in which this program and its set-up keep what would only cost time to make again:
// compiled graphs, log-probabilities of the reference, downloads.
//
// Start with [Path]. What can't be kept there stops no one: it is reported to [Failed], and the user reads [Note] once.
package cachefolder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"example.com/gonb-dpo/internal/disk"
)

// project is the folder's name in the user's cache folder.
const project = "gonb-dpo"

// Folders in it.
const (
	Compiled  = "compiled"  // machine code of graphs
	Reference = "reference" // log-probabilities of reference models
	Texts     = "texts"     // texts of large sets, while a process uses them
	Autotune  = "autotune"  // what XLA has measured on a GPU
)

// Path returns the path of a folder in the cache folder, or of the cache folder itself. The folder need not exist.
func Path(names ...string) (string, error) {
	base, err := os.UserCacheDir()
	switch given := os.Getenv("XDG_CACHE_HOME"); {
	case err != nil && given != "":
		return "", Problem{fmt.Sprintf("XDG_CACHE_HOME is %q", given), "set it to a path that begins with /"}
	case err != nil:
		return "", Problem{"neither HOME nor XDG_CACHE_HOME is set", "set one of them to a folder that can be written to"}
	}
	return filepath.Join(append([]string{base, project}, names...)...), nil
}

// A Problem is an error with what a user can do about it.
type Problem struct{ Text, Fix string }

func (p Problem) Error() string { return p.Text }

// Remedy returns what a user can do about an error of the cache folder, or "" if the error says enough.
func Remedy(err error) string {
	if p, ok := errors.AsType[Problem](err); ok {
		return p.Fix
	}
	return disk.Remedy(err)
}

// failures are what this process could not keep.
var failures struct {
	sync.Mutex
	what    []string
	reasons []string
}

// Failed records that something could not be kept, such as "compiled graphs", and why. Later reasons of the same are dropped.
func Failed(what string, err error) {
	reason := err.Error()
	if remedy := Remedy(err); remedy != "" {
		reason += "; " + remedy
	}
	failures.Lock()
	defer failures.Unlock()
	if slices.Contains(failures.what, what) {
		return
	}
	failures.what = append(failures.what, what)
	if !slices.Contains(failures.reasons, reason) {
		failures.reasons = append(failures.reasons, reason)
	}
}

// Note returns in a sentence what this process could not keep and why, or "" if nothing failed. It does so once.
func Note() string {
	failures.Lock()
	defer failures.Unlock()
	if len(failures.what) == 0 {
		return ""
	}
	note := fmt.Sprintf("Not kept for the next start, which has to make them again: %s (%s).",
		strings.Join(failures.what, " and "), strings.Join(failures.reasons, "; "))
	failures.what, failures.reasons = nil, nil
	return note
}
