package cell

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// TestStoppedCellEnds checks, on a synthetic clock, that a cell ends at most stopLimit after the stop button, even if its
// function ignores the context, and that it ends with an error even if the function then returns nil.
func TestStoppedCellEnds(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		stopped bool
		fn      func(ctx context.Context) error
		want    error
		after   time.Duration
	}{
		"ends well":          {false, func(context.Context) error { return nil }, nil, 0},
		"fails":              {false, func(context.Context) error { return broken }, broken, 0},
		"stopped, and looks": {true, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, context.Canceled, 0},
		"stopped, ends well": {true, func(ctx context.Context) error { <-ctx.Done(); return nil }, context.Canceled, 0},
		"stopped, fails":     {true, func(ctx context.Context) error { <-ctx.Done(); return broken }, broken, 0},
		"stopped, ignores it": {true, func(context.Context) error {
			time.Sleep(time.Hour)
			return nil
		}, context.Canceled, stopLimit},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			if test.stopped {
				stop()
			}
			start := time.Now()
			err := runUntilStopped(ctx, test.fn)
			if took := time.Since(start); !errors.Is(err, test.want) || took != test.after {
				t.Errorf("%s: error %v after %s, want %v after %s", name, err, took, test.want, test.after)
			}
			time.Sleep(2 * time.Hour) // until every function has returned
		})
	}
}

// The pipes are removed; the folder is kept while the kernel is alive.
func TestRemoveTemporaryFilesKeepsALiveKernelsFolder(t *testing.T) {
	folder := t.TempDir()
	for name, variable := range map[string]string{"there": protocol.GONB_PIPE_ENV, "back": protocol.GONB_PIPE_BACK_ENV} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(variable, path)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(protocol.GONB_TMP_DIR_ENV, filepath.Dir(self))
	removeTemporaryFiles()
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
	if _, err := os.Stat(self); err != nil {
		t.Error(err)
	}
}
