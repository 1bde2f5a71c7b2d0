package sweeprun

import (
	"time"

	"example.com/gonb-dpo/dpocore/train"
)

// SweepPace tells how much time the rest of a sweep takes. It is told what a run's [Listener] and a [SweepListener] are.
type Pace struct {
	train.Pace
	Runs int // of the sweep
	turn int // of the run under way, counted from 1
}

// Turn tells that a run's turn has come.
func (p *Pace) Turn(number int) {
	p.turn = number
	p.NextRun()
}

// Left is the time of all runs, as far as they are not made.
func (p *Pace) Left() (left time.Duration, ok bool) {
	left, ok = p.Pace.Left()
	return left + time.Duration(p.Runs-p.turn)*p.Whole(), ok
}
