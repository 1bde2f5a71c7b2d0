package sweeprun

import (
	"time"

	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/pace"
)

// Pace estimates the remaining time of a sweep, from the events of its [Listener] and of the listener of each run.
type Pace struct {
	pace.Pace
	Runs    int // of the sweep
	current int // number of the current run, from 1
	run     sweep.Point
	halving bool // the current run continues to the next comparison, and not to its end
}

// StartRun records that a run of the sweep starts, counted from 1.
func (p *Pace) StartRun(number int, run sweep.Point) {
	p.current, p.run = number, run
	p.NextRun()
}

// Begin records that the run starts or resumes.
func (p *Pace) Begin(b train.Begin) {
	p.halving = b.Config.MaxSteps < p.run.Config.Resolve(b.Pairs).MaxSteps
	p.Pace.Begin(b)
}

// Until says up to when [Pace.Left] is: the end of all runs or, with halving, the next comparison.
func (p *Pace) Until() string {
	if p.halving {
		return "to the next comparison"
	}
	return "for all runs"
}

// Left is the estimated time of the current run's rest and of all runs after it; ok is false until a step was timed.
func (p *Pace) Left() (left time.Duration, ok bool) {
	left, ok = p.Pace.Left()
	return left + time.Duration(p.Runs-p.current)*p.Whole(), ok
}
