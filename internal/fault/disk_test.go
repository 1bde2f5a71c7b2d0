package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/gonb-dpo/internal/disk"
)

// failure is what a disk says in the place of a change.
type failure struct {
	fault string
	cause error
	on    bool // all later changes fail too
}

var failures = []failure{
	{"no space for a change, half of it written", syscall.ENOSPC, false},
	{"no space from a change on", syscall.ENOSPC, true},
	{"disk is read-only from a change on", syscall.EROFS, true},
	{"no permission for a change", syscall.EACCES, false},
	{"disk fails (EIO) at a change", syscall.EIO, false},
}

// at makes the change of a number fail, counted from 0.
func (f failure) at(number int) func(disk.Change) error {
	made := 0
	return func(change disk.Change) error {
		made++
		if made-1 < number || made-1 > number && !f.on {
			return nil
		}
		if change.Half != nil && f.cause == syscall.ENOSPC {
			if err := change.Half(); err != nil {
				return err
			}
		}
		return f.cause
	}
}

// told checks that an error says in a sentence what failed and where.
func (f failure) told(t *testing.T, what string, err error) {
	t.Helper()
	sentence(t, what, err)
	if !errors.Is(err, f.cause) || !strings.Contains(err.Error(), "/") {
		t.Errorf("%s: the error names no file or no cause: %v", what, err)
	}
}

// TestFailed makes each change to the disk fail, that one only and from that one on, and resumes once the disk works again.
func TestFailed(t *testing.T) {
	l := newLaboratory(t)
	for _, c := range failures {
		some(len(l.changes), 8, func(i int) {
			dir := l.run()
			disk.Before = c.at(i)
			err := l.train(context.Background(), dir, &listener{})
			disk.Before = nil
			what := fmt.Sprintf("%s: %d, %s %s", c.fault, i, l.changes[i].Op, l.changes[i].Path)
			became := "the run did without"
			if err == nil && !l.dispensable(i) {
				t.Errorf("%s: the run says nothing", what)
			}
			if err != nil {
				c.told(t, what, err)
				became = "said so and stopped"
			}
			count(c.fault, became+"; the next start "+l.resume(t, dir, what))
		})
	}
}

// dispensable reports whether a run can do without a change: one of the cache, or one that comes once it is finished.
func (l *laboratory) dispensable(number int) bool {
	finished := 0
	for i, change := range l.changes {
		if change.Op == "rename" && filepath.Base(change.Path) == "run.json" && filepath.Base(filepath.Dir(change.Path)) == "run" {
			finished = i
		}
	}
	return number > finished+1 || strings.HasPrefix(l.changes[number].Path, os.Getenv("XDG_CACHE_HOME"))
}
