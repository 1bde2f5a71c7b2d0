package gonbext

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// TestStoppedCellEnds: what does not look at its context is not waited for long, and what ends well after the stop button
// was pressed ends the cell all the same.
func TestStoppedCellEnds(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		stopped bool
		fn      func(ctx context.Context) error
		want    error
		atMost  time.Duration
	}{
		"ends well":           {false, func(context.Context) error { return nil }, nil, time.Second},
		"fails":               {false, func(context.Context) error { return broken }, broken, time.Second},
		"stopped, and looks":  {true, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, context.Canceled, time.Second},
		"stopped, ends well":  {true, func(ctx context.Context) error { <-ctx.Done(); return nil }, context.Canceled, time.Second},
		"stopped, fails":      {true, func(ctx context.Context) error { <-ctx.Done(); return broken }, broken, time.Second},
		"stopped, looks away": {true, func(context.Context) error { select {} }, context.Canceled, stopLimit + time.Second},
	} {
		ctx, stop := context.WithCancel(t.Context())
		if test.stopped {
			stop()
		}
		begun := time.Now()
		err := untilStopped(ctx, test.fn)
		if took := time.Since(begun); !errors.Is(err, test.want) || took > test.atMost {
			t.Errorf("%s: error %v after %s, want %v within %s", name, err, took, test.want, test.atMost)
		}
		stop()
	}
}

// TestTidyKeepsALivingKernelsFolder: the pipes go, the folder belongs to a kernel that lives.
func TestTidyKeepsALivingKernelsFolder(t *testing.T) {
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
	tidy()
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
	if _, err := os.Stat(self); err != nil {
		t.Error(err)
	}
}
