package gpureport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/child"
)

// childLimit is how long a child process may take.
const childLimit = 20 * time.Minute

// logLines is how many of the last lines of a failed process the report shows.
const logLines = 25

// childError is the error of a process that failed or crashed.
type childError struct {
	message string
	log     string
}

func (e *childError) Error() string { return e.message }

// child runs a task in a child process with additional environment variables, and reads its result.
func (r *reporter) child(ctx context.Context, t task, result any, env ...string) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	err = child.Run(ctx, childLimit, func(ctx context.Context) *exec.Cmd {
		cmd := r.command(ctx, string(raw))
		cmd.Env = append(cmd.Env, env...)
		return cmd
	}, result)
	var failed *child.Error
	switch {
	case !errors.As(err, &failed):
		return err
	case failed.Late:
		return &childError{err.Error(), lastLines(failed.Log)}
	default:
		return &childError{explain(err, failed.Log), lastLines(failed.Log)}
	}
}

// command is the child process for a task, with XLA's messages.
func (r *reporter) command(ctx context.Context, task string) *exec.Cmd {
	cmd := r.Command(ctx, task)
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, device.Env+"="+r.Backend, device.LogLevel+"=0")
	cmd.WaitDelay = 5 * time.Second // if it has left a process behind that keeps the pipes open
	return cmd
}

// explain says why a process failed: its own error, or the reason of a crash.
func explain(err error, messages string) string {
	for line := range strings.Lines(messages) {
		if text, ok := strings.CutPrefix(line, "dpo: "); ok {
			return strings.TrimSpace(text)
		}
	}
	if reason := device.ReasonIn(messages); reason != "" {
		return fmt.Sprintf("the process crashed (%v): %s", err, reason)
	}
	return fmt.Sprintf("the process crashed (%v)", err)
}

// lastLines is the end of a log.
func lastLines(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(lines[max(0, len(lines)-logLines):], "\n")
}
