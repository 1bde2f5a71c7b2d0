package main

import (
	"fmt"
	"os"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
)

// sweepProgress is a listener that shows a sweep's current run and the remaining time of all runs.
type sweepProgress struct {
	*progress
	pace sweeprun.Pace
	run  string // "run 2 of 5, beta-0.1"
}

func newSweepProgress(file *os.File, runs int) *sweepProgress {
	return &sweepProgress{progress: newProgress(file), pace: sweeprun.Pace{Runs: runs}}
}

func (p *sweepProgress) Run(number, of int, run sweep.Point) train.Listener {
	p.pace.StartRun(number)
	p.run = fmt.Sprintf("run %d of %d, %s", number, of, run.Name)
	return p
}

func (p *sweepProgress) Ended(run sweep.Point, state sweep.State, err error) {
	switch state {
	case sweep.Failed:
		p.line("%s failed: %s", run.Name, sentence(err))
	case sweep.Elsewhere:
		p.line("%s is being trained by another process; skipped", run.Name)
	}
}

func (p *sweepProgress) Measuring(run sweep.Point, done, total int) {
	p.bar("%s: held-out pairs, row %d of %d", run.Name, done+1, total)
}

// Begin shows model and pairs once, since they are the same for all runs.
func (p *sweepProgress) Begin(b train.Begin) {
	if p.begin.Model == "" {
		p.line("model    %s, on %s", b.Model, b.Backend)
		p.line("pairs    %d for training, %d held out; %d per step", b.Pairs, b.HeldOut, b.Config.StepPairs())
		p.line("per run  %s", b.Expected)
	}
	p.begin = b
	p.pace.Begin(b)
	resumed := ""
	if b.Step > 0 {
		resumed = fmt.Sprintf(", resuming after step %d", b.Step)
	}
	p.line("%s%s", p.run, resumed)
}

func (p *sweepProgress) Step(e metrics.Event) {
	p.pace.Step(e)
	left := ""
	if rest, ok := p.pace.Left(); ok {
		left = fmt.Sprintf("  %s left in total", rest.Round(timeStep))
	}
	text := fmt.Sprintf("%s, step %d/%d  loss %.4f  accuracy %.2f%s", p.run, e.Step, p.begin.Config.MaxSteps, e.Loss, e.RewardsAccuracies, left)
	if p.terminal {
		p.bar("%s", text)
		return
	}
	p.line("%s", text)
}

// timeStep is the unit to which times are rounded.
const timeStep = time.Second

func (p *sweepProgress) Evaluating(done, total int) {
	p.pace.Evaluating(done, total)
	p.bar("%s: held-out pairs, row %d of %d", p.run, done+1, total)
}

func (p *sweepProgress) Evaluated(e metrics.Evaluation) {
	p.pace.Evaluated(e)
	p.line("%s, held out after step %d: accuracy %.3f", p.run, e.Step, e.RewardsAccuracies)
}

func (p *sweepProgress) Finished(f train.Finish) {
	if f.Seconds == 0 {
		p.line("%s is already finished", p.run)
		return
	}
	p.line("%s, finished in %s: %s", p.run, time.Duration(f.Seconds*float64(time.Second)).Round(timeStep), f.Dir)
}

func (p *sweepProgress) Saved(int, string) { p.pace.Skip() }

func (p *sweepProgress) Sampled(step int, answers []train.Answer) {
	p.pace.Skip()
	p.progress.Sampled(step, answers)
}
