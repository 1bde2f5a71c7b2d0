package terminal

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Bar is a progress bar on the last line of a terminal. Lines are written above it. Without a terminal it is not shown.
type Bar struct {
	out      io.Writer
	terminal bool
	drawn    bool // the last line is a bar
}

// NewBar returns a bar on a file such as os.Stderr.
func NewBar(file *os.File) *Bar { return &Bar{out: file, terminal: IsTerminal(file)} }

// IsTerminal reports whether the bar is shown.
func (b *Bar) IsTerminal() bool { return b.terminal }

// Line clears the bar and writes a line.
func (b *Bar) Line(format string, args ...any) {
	b.End()
	fmt.Fprintf(b.out, format+"\n", args...)
}

// Note clears the bar and writes a sentence for the user.
func (b *Bar) Note(text string) { b.Line("note: %s", text) }

// Show replaces the bar.
func (b *Bar) Show(format string, args ...any) {
	if !b.terminal {
		return
	}
	fmt.Fprintf(b.out, "\r\x1b[K"+format, args...)
	b.drawn = true
}

// End clears the bar.
func (b *Bar) End() {
	if b.drawn {
		fmt.Fprint(b.out, "\r\x1b[K")
		b.drawn = false
	}
}

// Counter returns a progress callback that shows the number of the current item and the total in a format.
func (b *Bar) Counter(format string) func(done, total int) {
	return func(done, total int) { b.Show(format, min(done+1, total), total) }
}

// Download is a progress callback of downloads. It shows how much of a file has arrived, given in bytes.
func (b *Bar) Download(file string, done, total int64) {
	b.Show("%s: %.1f of %.1f MB", file, float64(done)/1e6, float64(total)/1e6)
}

// Transfer returns a progress callback of stages of a transfer. It shows the bytes done and, after a while, the time left.
func (b *Bar) Transfer() func(stage string, done, total int64) {
	var shown, begun time.Time
	var last string
	var first int64
	return func(stage string, done, total int64) {
		now := time.Now()
		if stage != last {
			last, begun, first = stage, now, done
		} else if now.Sub(shown) < 100*time.Millisecond && done < total {
			return
		}
		shown = now
		left := ""
		if elapsed := now.Sub(begun); elapsed > 2*time.Second && done > first {
			rest := time.Duration(float64(elapsed) * float64(total-done) / float64(done-first))
			left = fmt.Sprintf(", about %s left", rest.Round(time.Second))
		}
		b.Show("%s: %.1f of %.1f MB%s", stage, float64(done)/1e6, float64(total)/1e6, left)
	}
}
