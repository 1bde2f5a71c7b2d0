package sweeprun

import (
	"time"

	"example.com/gonb-dpo/dpocore/train/pace"
)

// Pace estimates the remaining time of a sweep, from the events of its [Listener] and of the listener of each run.
type Pace struct {
	pace.Pace
	Runs    int // of the sweep
	current int // number of the current run, from 1
}

// StartRun records that a run of the sweep starts, counted from 1.
func (p *Pace) StartRun(number int) {
	p.current = number
	p.NextRun()
}

// Left is the estimated time of the current run's rest and of all runs after it; ok is false until a step was timed.
func (p *Pace) Left() (left time.Duration, ok bool) {
	left, ok = p.Pace.Left()
	return left + time.Duration(p.Runs-p.current)*p.Whole(), ok
}
