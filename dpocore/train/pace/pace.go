// Package pace estimates the remaining time of a run. See [Pace].
package pace

import (
	"math"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// Pace estimates the remaining time of a run from the events of its [train.Listener]. Steps and rows of held-out pairs are timed
// separately. The first of each in a process is not counted, because it includes compilation.
type Pace struct {
	begin     train.Begin
	step      int       // steps made
	evaluated int       // step of the latest evaluation
	row, rows int       // of the current evaluation
	mark      time.Time // of the last event
	warm      [2]bool   // the first step, the first row is done

	steps      timed
	pass, last timed // rows of the latest evaluation, and of the one before
}

// timed is the total duration of a number of events.
type timed struct {
	total time.Duration
	count int
}

func (t *timed) add(d time.Duration) { t.total, t.count = t.total+d, t.count+1 }

func (t timed) mean() time.Duration { return t.total / time.Duration(max(1, t.count)) }

// evaluationShare is roughly the time to evaluate a pair relative to training on it, used until an evaluation was timed.
const evaluationShare = 0.5

// Begin records that a run starts or resumes. The timings of earlier runs still count.
func (p *Pace) Begin(b train.Begin) {
	p.begin, p.step, p.evaluated, p.row = b, b.Step, b.Step, 0
	p.Skip()
}

// Step records that a step is made.
func (p *Pace) Step(e metrics.Event) {
	p.clock(&p.steps, &p.warm[0])
	p.step = e.Step
}

// Evaluating records that done of total rows of held-out pairs are measured.
func (p *Pace) Evaluating(done, total int) {
	if done > 0 {
		p.clock(&p.pass, &p.warm[1])
	} else if p.Skip(); p.pass.count > 0 {
		p.last, p.pass = p.pass, timed{}
	}
	p.row, p.rows = done, total
}

// Evaluated records that an evaluation is complete.
func (p *Pace) Evaluated(e metrics.Evaluation) {
	p.clock(&p.pass, &p.warm[1])
	p.row, p.evaluated = 0, e.Step
}

// Skip leaves the time since the last event out of all timings: it was spent on something else, such as a checkpoint.
func (p *Pace) Skip() { p.mark = time.Now() }

// clock adds the time since the last event to a timing, unless it is the first of its kind.
func (p *Pace) clock(t *timed, warm *bool) {
	if *warm {
		t.add(time.Since(p.mark))
	}
	*warm = true
	p.Skip()
}

// NextRun records that another run begins; the timings of earlier runs still count.
func (p *Pace) NextRun() { p.step, p.evaluated, p.row = 0, 0, 0 }

// PerStep is the mean time per step; ok is false until a step was timed.
func (p *Pace) PerStep() (each time.Duration, ok bool) { return p.steps.mean(), p.steps.count > 0 }

// Left is the estimated time of the run's remaining steps and evaluations; ok is false until a step was timed.
func (p *Pace) Left() (left time.Duration, ok bool) {
	left = p.estimate(p.begin.Config.MaxSteps-p.step, p.evaluationsAfter(p.evaluated)*p.evaluationRows()-p.row)
	return left, p.steps.count > 0
}

// Whole is the estimated time of all steps and evaluations of a run.
func (p *Pace) Whole() time.Duration {
	return p.estimate(p.begin.Config.MaxSteps, p.evaluationsAfter(0)*p.evaluationRows())
}

func (p *Pace) estimate(steps, rows int) time.Duration {
	estimate := float64(steps)*float64(p.steps.mean()) + float64(rows)*float64(p.perRow())
	return time.Duration(min(estimate, math.MaxInt64/2)) // centuries
}

// evaluationRows is the number of rows of an evaluation; before the first one, a row per pair.
func (p *Pace) evaluationRows() int {
	if p.rows > 0 {
		return p.rows
	}
	return p.begin.HeldOut
}

// perRow is the mean time per row of an evaluation, estimated from the steps if no row was timed.
func (p *Pace) perRow() time.Duration {
	switch {
	case p.pass.count > 0:
		return p.pass.mean()
	case p.last.count > 0:
		return p.last.mean()
	}
	perPair := float64(p.steps.mean()) / float64(max(1, p.begin.Config.StepPairs())) * evaluationShare
	return time.Duration(perPair * float64(p.begin.HeldOut) / float64(max(1, p.evaluationRows())))
}

// evaluationsAfter is the number of evaluations due after a step.
func (p *Pace) evaluationsAfter(step int) int {
	last, every := p.begin.Config.MaxSteps, p.begin.Config.EvalSteps.Int()
	switch {
	case p.begin.HeldOut == 0 || step >= last:
		return 0
	case every == 0:
		return 1
	default:
		return (last+every-1)/every - step/every
	}
}
