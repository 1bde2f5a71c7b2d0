// Package progress shows the progress of runs, sweeps and rounds in a terminal.
package progress

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/pace"
	"example.com/gonb-dpo/internal/wording"
)

// Listener is a train.Listener that shows a run as a progress bar, or as lines if the output is not a terminal.
type Listener struct {
	*terminal.Bar
	begin train.Begin
	pace  pace.Pace
	last  metrics.Event
}

// NewListener returns a listener that writes to a file such as os.Stderr.
func NewListener(file *os.File) *Listener { return &Listener{Bar: terminal.NewBar(file)} }

// Phase shows what the run is doing.
func (p *Listener) Phase(text string) { p.Show("%s …", text) }

func (p *Listener) Begin(b train.Begin) {
	p.begin = b
	p.pace.Begin(b)
	c := b.Config
	p.Line("model    %s, on %s", b.Model, b.Backend)
	data, settings := "pairs   ", fmt.Sprintf("beta %g, ", c.Beta)
	if b.Single {
		data = "answers "
	}
	if c.FineTuning() {
		settings = ""
	}
	p.Line("%s %d for training, %d held out; %d per step, %s per epoch", data, b.Pairs, b.HeldOut, c.StepPairs(), wording.Count(b.StepsPerEpoch, "step"))
	if b.Mix != nil {
		p.Line("mix      %s", b.Mix)
	}
	if c.Full {
		settings += "all weights, "
	} else {
		settings += fmt.Sprintf("rank %d, alpha %g, ", c.LoRARank, c.LoRAAlpha)
	}
	p.Line("settings %slearning rate %g, %s, seed %d", settings, c.LearningRate, wording.Count(c.MaxSteps, "step"), c.Seed)
	for _, row := range b.Rows {
		p.Line("rows     of %d tokens, up to %d of them in answers, up to %s each", row.Tokens, row.Answers, wording.Count(row.Pairs, "pair"))
	}
	p.Line("expected %s", b.Expected)
	if b.Step > 0 {
		p.Line("resuming after step %d", b.Step)
	}
	p.Show("compiling the first step, which takes several seconds …")
}

func (p *Listener) Step(e metrics.Event) {
	p.last = e
	p.pace.Step(e)
	if p.IsTerminal() {
		p.draw("")
		return
	}
	p.Line("step %d/%d  %s  %s", e.Step, p.begin.Config.MaxSteps, figures(e.PairMeans, 2), p.speed())
}

func (p *Listener) draw(doing string) {
	const width = 24
	e, all := p.last, p.begin.Config.MaxSteps
	full := width * e.Step / all
	p.Show("%s%s %d/%d  %s  %s%s", strings.Repeat("█", full), strings.Repeat("░", width-full), e.Step, all, figures(e.PairMeans, 2), p.speed(), doing)
}

// figures are those of a step or an evaluation, the accuracy with n digits.
func figures(m metrics.PairMeans, n int) string {
	if m.FineTuning != nil {
		return fmt.Sprintf("loss %.4f  token accuracy %.*f", m.Loss, n, m.FineTuning.MeanTokenAccuracy)
	}
	if math.IsNaN(m.RewardsAccuracies) { // single answers
		return fmt.Sprintf("loss %.4f  %s", m.Loss, m.AnswerRewards())
	}
	return fmt.Sprintf("loss %.4f  margin %+.4f  accuracy %.*f", m.Loss, m.RewardsMargins, n, m.RewardsAccuracies)
}

// speed returns pairs per second and the remaining time, or "" until a step without compilation has been timed.
func (p *Listener) speed() string {
	perStep, ok := p.pace.PerStep()
	if !ok {
		return ""
	}
	left, _ := p.pace.Left()
	return fmt.Sprintf("%.2f pairs/s  %s left", float64(p.begin.Config.StepPairs())/perStep.Seconds(), left.Round(time.Second))
}

func (p *Listener) Evaluating(done, total int) {
	p.pace.Evaluating(done, total)
	p.draw(fmt.Sprintf("  held-out rows, %d of %d", done+1, total))
}

func (p *Listener) Evaluated(e metrics.Evaluation) {
	p.pace.Evaluated(e)
	p.Line("held out after step %d: %s", e.Step, figures(e.PairMeans, 3))
	if e.Guards != nil {
		p.Line("%s", e.Guards)
	}
	for _, o := range e.Objectives {
		p.Line("  %-22s loss %.4f  margin %+.4f  accuracy %.3f  (%s)", o.Name, o.Loss, o.RewardsMargins, o.RewardsAccuracies, wording.Count(o.Pairs, "pair"))
	}
}

func (p *Listener) Sampled(step int, answers []train.Answer) {
	p.pace.Skip()
	for _, answer := range answers {
		p.Line("after step %d, %q: %s", step, answer.Prompt, answer.Text)
	}
}

func (p *Listener) Saved(int, string) { p.pace.Skip() }

func (p *Listener) Finished(f train.Finish) {
	if f.Seconds == 0 {
		p.Line("%s is already finished; nothing to train", f.Dir)
		return
	}
	p.Line("finished in %s: %s", time.Duration(f.Seconds*float64(time.Second)).Round(time.Second), f.Dir)
	p.Line("actual   %s", f.Actual)
	p.Line("expected %s", f.Expected)
}
