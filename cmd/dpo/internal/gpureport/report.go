// Package gpureport examines a GPU, from its libraries to the speed of training, and writes a report in Markdown that a user can
// paste into an issue. It runs on a CPU as well.
//
// Start with [Write]. Each part runs in child processes, so that one that crashes is a line of the report. [Child] is what such a
// process does.
package gpureport

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/wording"
)

// Options are what is examined and where the report goes.
type Options struct {
	Backend string // GOMLX_BACKEND of the child processes; "" is the CPU
	Model   string // a path or a name, "" for the installed model
	File    string // the report
	Command func(ctx context.Context, task string) *exec.Cmd
}

// reporter makes a report.
type reporter struct {
	Options
	work    string // a temporary folder
	bar     *terminal.Bar
	started time.Time
	done    []result
	warm    *trained // training with a warm cache, once it is measured
}

// result is what came of a part.
type result struct {
	part
	finding
	took time.Duration
}

// Write examines the device and writes the report, with progress on standard error. The error says how many parts failed.
func Write(ctx context.Context, o Options) error {
	return write(ctx, o, parts)
}

func write(ctx context.Context, o Options, parts []part) error {
	work, err := os.MkdirTemp("", "dpo-gpu-report-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer os.RemoveAll(work)
	r := &reporter{Options: o, work: work, bar: terminal.NewBar(os.Stderr), started: time.Now()}
	defer r.bar.End()
	for i, p := range parts {
		if err := r.examine(ctx, i, p, parts); err != nil {
			return err
		}
	}
	r.bar.Line("the report is %s", o.File)
	if ctx.Err() != nil {
		return fmt.Errorf("stopped; the parts that were finished are in %s: %w", o.File, ctx.Err())
	}
	if failed := r.failed(); len(failed) > 0 {
		return fmt.Errorf("%s failed: %s; %s says what to do", wording.Count(len(failed), "part"), wording.And(failed), o.File)
	}
	return nil
}

// examine runs a part with the bar, and writes the report so far.
func (r *reporter) examine(ctx context.Context, i int, p part, all []part) error {
	begun, ended := time.Now(), make(chan finding, 1)
	r.bar.Line("[%d/%d] %s%s", i+1, len(all), p.title, r.left(all[i:], 0))
	go func() { ended <- r.find(ctx, p) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case f := <-ended:
			r.done = append(r.done, result{p, f, time.Since(begun)})
			r.bar.Line("      %s in %s: %s", f.state, time.Since(begun).Round(time.Second/10), f.summary)
			return atomicfile.WriteBytes(r.File, []byte(r.markdown(all)))
		case <-tick.C:
			r.bar.Show("      %s …%s", time.Since(begun).Round(time.Second), r.left(all[i:], time.Since(begun)))
		}
	}
}

// find runs a part, unless the device can't be opened or the user has stopped the report.
func (r *reporter) find(ctx context.Context, p part) finding {
	switch {
	case ctx.Err() != nil:
		return finding{state: notRun, summary: "The report was stopped before."}
	case p.needsDevice && r.unusable():
		return finding{state: notRun, summary: "The device can't be used, see the self-test."}
	default:
		return p.run(ctx, r)
	}
}

// unusable reports whether the self-test could not open the device.
func (r *reporter) unusable() bool {
	for _, done := range r.done {
		if done.unusable {
			return true
		}
	}
	return false
}

// left estimates the time that some parts need, the first of which has been running for a while, from the time that the finished
// parts took. It is "" before that is known.
func (r *reporter) left(parts []part, running time.Duration) string {
	expected, took := 0.0, 0.0
	for _, done := range r.done {
		if done.state != notRun {
			expected, took = expected+done.seconds, took+done.took.Seconds()
		}
	}
	if expected < 1 { // nothing that tells how fast the device is
		return ""
	}
	left := max(0, parts[0].seconds*took/expected-running.Seconds())
	for _, p := range parts[1:] {
		left += p.seconds * took / expected
	}
	return fmt.Sprintf(", about %s left", time.Duration(left*float64(time.Second)).Round(time.Second))
}

// failed are the titles of the parts that failed.
func (r *reporter) failed() (titles []string) {
	for _, done := range r.done {
		if done.state == failed {
			titles = append(titles, done.title)
		}
	}
	return titles
}

// onGPU reports whether the device is a GPU.
func (r *reporter) onGPU() bool { return strings.Contains(filepath.Base(r.Backend), "cuda") }

// FileName is the default name of a report.
func FileName(now time.Time) string { return "gpu_report_" + now.Format("2006-01-02_150405") + ".md" }

// Backend resolves --device: "gpu", "cpu", or "" for what GOMLX_BACKEND selects, a GPU if it is not set.
func Backend(choice string) (backend string, err error) {
	set := os.Getenv(device.Env)
	switch {
	case choice == "cpu":
		return "", nil
	case choice == "gpu" && !strings.Contains(set, "cuda"), choice == "" && set == "":
		backend = "xla:cuda"
	case choice == "" || choice == "gpu":
		backend = set
	default:
		return "", fmt.Errorf("unknown device %q; it is gpu or cpu", choice)
	}
	if _, err := os.Stat(device.CUDAPlugin()); backend == "xla:cuda" && err != nil {
		return "", fmt.Errorf("XLA's plugin for NVIDIA GPUs is not installed (%s); run bash colab_setup.sh on a machine with a GPU, or try the report on the CPU with --device cpu", tidy(device.CUDAPlugin()))
	}
	return backend, nil
}
