package child

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestRun: a result, and what can go wrong.
func TestRun(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		name, script, want, log string
		ctx                     context.Context
		late                    bool
	}{
		{"result", `echo 7; echo fine >&2`, "", "", t.Context(), false},
		{"fails", `echo 7; echo "no device" >&2; exit 3`, "exit status 3", "no device", t.Context(), false},
		{"crashes", `echo oh >&2; kill -SEGV $$`, "signal: segmentation fault", "oh", t.Context(), false},
		{"another output", `echo seven`, "invalid character", "", t.Context(), false},
		{"too late", `exec sleep 60`, "it took longer than 500ms and was ended", "", t.Context(), true},
		{"stopped", `exec sleep 60`, "context canceled", "", stopped, false},
	} {
		result := 0
		err := Run(c.ctx, 500*time.Millisecond, func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, "sh", "-c", c.script) }, &result)
		var failed *Error
		switch {
		case c.want == "":
			if err != nil || result != 7 {
				t.Errorf("%s: %d, %v", c.name, result, err)
			}
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		case errors.As(err, &failed) && (!strings.Contains(failed.Log, c.log) || failed.Late != c.late):
			t.Errorf("%s: late %v, log %q", c.name, failed.Late, failed.Log)
		}
	}
}
