package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// progress is a listener that shows a run as a progress bar, or as plain lines if the output is not a terminal.
type progress struct {
	out      io.Writer
	terminal bool

	begin train.Begin
	pace  train.Pace
	drawn bool // the last line is a bar
	last  metrics.Event
}

func newProgress(file *os.File) *progress {
	return &progress{out: file, terminal: term.IsTerminal(int(file.Fd()))}
}

// line clears the bar and writes a line.
func (p *progress) line(format string, args ...any) {
	p.end()
	fmt.Fprintf(p.out, format+"\n", args...)
}

// bar replaces the bar on the last line of a terminal.
func (p *progress) bar(format string, args ...any) {
	if !p.terminal {
		return
	}
	fmt.Fprintf(p.out, "\r\x1b[K"+format, args...)
	p.drawn = true
}

// end clears the bar.
func (p *progress) end() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *progress) Phase(text string) { p.bar("%s …", text) }

func (p *progress) Note(text string) { p.line("note: %s", text) }

func (p *progress) Begin(b train.Begin) {
	p.begin = b
	p.pace.Begin(b)
	c := b.Config
	p.line("model    %s, on %s", b.Model, b.Backend)
	p.line("pairs    %d for training, %d held out; %d per step, %d steps per epoch", b.Pairs, b.HeldOut, c.StepPairs(), b.StepsPerEpoch)
	if b.Mix != nil {
		p.line("mix      %s", b.Mix)
	}
	p.line("settings beta %g, rank %d, alpha %g, learning rate %g, %d steps, seed %d", c.Beta, c.LoRARank, c.LoRAAlpha, c.LearningRate, c.MaxSteps, c.Seed)
	for _, row := range b.Rows {
		p.line("rows     of %d tokens, up to %d of them in answers, up to %d pairs each", row.Tokens, row.Answers, row.Pairs)
	}
	p.line("expected %s", b.Expected)
	if b.Step > 0 {
		p.line("resuming after step %d", b.Step)
	}
	p.bar("compiling the first step, which takes several seconds …")
}

func (p *progress) Step(e metrics.Event) {
	p.last = e
	p.pace.Step(e)
	if p.terminal {
		p.draw("")
		return
	}
	p.line("step %d/%d  loss %.4f  margin %+.4f  accuracy %.2f  %s", e.Step, p.begin.Config.MaxSteps, e.Loss, e.RewardsMargins, e.RewardsAccuracies, p.speed())
}

func (p *progress) draw(doing string) {
	const width = 24
	e, all := p.last, p.begin.Config.MaxSteps
	full := width * e.Step / all
	p.bar("%s%s %d/%d  loss %.4f  margin %+.4f  accuracy %.2f  %s%s", strings.Repeat("█", full), strings.Repeat("░", width-full),
		e.Step, all, e.Loss, e.RewardsMargins, e.RewardsAccuracies, p.speed(), doing)
}

// speed returns pairs per second and the remaining time, or "" until a step without compilation has been timed.
func (p *progress) speed() string {
	perStep, ok := p.pace.PerStep()
	if !ok {
		return ""
	}
	left, _ := p.pace.Left()
	return fmt.Sprintf("%.2f pairs/s  %s left", float64(p.begin.Config.StepPairs())/perStep.Seconds(), left.Round(time.Second))
}

func (p *progress) Evaluating(done, total int) {
	p.pace.Evaluating(done, total)
	p.draw(fmt.Sprintf("  held-out pairs, row %d of %d", done+1, total))
}

func (p *progress) Evaluated(e metrics.Evaluation) {
	p.pace.Evaluated(e)
	p.line("held out after step %d: loss %.4f  margin %+.4f  accuracy %.3f", e.Step, e.Loss, e.RewardsMargins, e.RewardsAccuracies)
	for _, o := range e.Objectives {
		p.line("  %-22s loss %.4f  margin %+.4f  accuracy %.3f  (%d pairs)", o.Name, o.Loss, o.RewardsMargins, o.RewardsAccuracies, o.Pairs)
	}
}

func (p *progress) Sampled(step int, answers []train.Answer) {
	p.pace.Skip()
	for _, answer := range answers {
		p.line("after step %d, %q: %s", step, answer.Prompt, answer.Text)
	}
}

func (p *progress) Saved(int, string) { p.pace.Skip() }

func (p *progress) Finished(f train.Finish) {
	if f.Seconds == 0 {
		p.line("%s is already finished; nothing to train", f.Dir)
		return
	}
	p.line("finished in %s: %s", time.Duration(f.Seconds*float64(time.Second)).Round(time.Second), f.Dir)
	p.line("actual   %s", f.Actual)
	p.line("expected %s", f.Expected)
}
