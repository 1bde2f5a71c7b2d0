package progress

import (
	"fmt"
	"os"
	"time"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
)

// Sweep is a listener that shows a sweep's current run and the remaining time of all runs.
type Sweep struct {
	*Listener
	pace sweeprun.Pace // of all runs; it hides the pace of the current one
	run  string        // "run 2 of 5, beta-0.1"
}

// NewSweep returns a listener for a number of runs, which writes to a file such as os.Stderr.
func NewSweep(file *os.File, runs int) *Sweep {
	return &Sweep{Listener: NewListener(file), pace: sweeprun.Pace{Runs: runs}}
}

func (p *Sweep) Run(number, of int, run sweep.Point) train.Listener {
	p.pace.StartRun(number, run)
	p.pace.Runs = of
	p.run = fmt.Sprintf("run %d of %d, %s", number, of, run.Name)
	return p
}

func (p *Sweep) Ended(run sweep.Point, state sweep.State, err error) {
	switch state {
	case sweep.Failed:
		p.Line("%s failed: %s", run.Name, exit.Message(err))
	case sweep.Elsewhere:
		p.Line("%s is being trained by another process; skipped", run.Name)
	case sweep.Halted:
		p.Line("%s is stopped by hand", run.Name)
	case sweep.Stopped:
		p.Line("%s is stopped by halving", run.Name)
	}
}

func (p *Sweep) Waiting(reason string) { p.Show("waiting: %s", reason) }

func (p *Sweep) Measuring(run sweep.Point, done, total int) {
	p.Show("%s: held-out pairs, row %d of %d", run.Name, done+1, total)
}

// Begin shows model and pairs once, since they are the same for all runs.
func (p *Sweep) Begin(b train.Begin) {
	if p.begin.Model == "" {
		p.Line("model    %s, on %s", b.Model, b.Backend)
		p.Line("pairs    %d for training, %d held out; %d per step", b.Pairs, b.HeldOut, b.Config.StepPairs())
		p.Line("per run  %s", b.Expected)
	}
	p.begin = b
	p.pace.Begin(b)
	resumed := ""
	if b.Step > 0 {
		resumed = fmt.Sprintf(", resuming after step %d", b.Step)
	}
	p.Line("%s%s", p.run, resumed)
}

func (p *Sweep) Step(e metrics.Event) {
	p.pace.Step(e)
	left := ""
	if rest, ok := p.pace.Left(); ok {
		left = fmt.Sprintf("  %s left %s", rest.Round(timeStep), p.pace.Until())
	}
	text := fmt.Sprintf("%s, step %d/%d  loss %.4f  accuracy %.2f%s", p.run, e.Step, p.begin.Config.MaxSteps, e.Loss, e.RewardsAccuracies, left)
	if p.IsTerminal() {
		p.Show("%s", text)
		return
	}
	p.Line("%s", text)
}

// timeStep is the unit to which times are rounded.
const timeStep = time.Second

func (p *Sweep) Evaluating(done, total int) {
	p.pace.Evaluating(done, total)
	p.Show("%s: held-out pairs, row %d of %d", p.run, done+1, total)
}

func (p *Sweep) Evaluated(e metrics.Evaluation) {
	p.pace.Evaluated(e)
	p.Line("%s, held out after step %d: accuracy %.3f", p.run, e.Step, e.RewardsAccuracies)
}

func (p *Sweep) Finished(f train.Finish) {
	if f.Seconds == 0 {
		p.Line("%s is already finished", p.run)
		return
	}
	p.Line("%s, finished in %s: %s", p.run, time.Duration(f.Seconds*float64(time.Second)).Round(timeStep), f.Dir)
}

func (p *Sweep) Saved(int, string) { p.pace.Skip() }

func (p *Sweep) Sampled(step int, answers []train.Answer) {
	p.pace.Skip()
	p.Listener.Sampled(step, answers)
}
