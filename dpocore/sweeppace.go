package dpocore

import (
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
)

// SweepPace tells how much time the rest of a sweep takes. It is told what a run's [Listener] and a [SweepListener] are.
type SweepPace struct {
	Runs int // of the sweep

	turn  int       // of the run under way, counted from 1
	steps int       // of a run
	step  int       // that the run under way has made
	since time.Time // the first step of this process, which compiles, was over then
	made  int       // steps since
}

// Turn tells that a run's turn has come.
func (p *SweepPace) Turn(number, steps int) { p.turn, p.steps, p.step = number, steps, 0 }

// Begin tells that a run begins after some step.
func (p *SweepPace) Begin(b Begin) { p.step = b.Step }

// Step tells that a step is made.
func (p *SweepPace) Step(e metrics.Event) {
	p.step = e.Step
	if p.since.IsZero() {
		p.since = time.Now()
		return
	}
	p.made++
}

// Left is the time that all steps to come take, if they and the evaluations between them take what those of this process
// took; ok is false before there are enough to tell.
func (p *SweepPace) Left() (left time.Duration, ok bool) {
	if p.made < 1 {
		return 0, false
	}
	rest := (p.Runs-p.turn)*p.steps + p.steps - p.step
	return time.Since(p.since) / time.Duration(p.made) * time.Duration(rest), true
}
