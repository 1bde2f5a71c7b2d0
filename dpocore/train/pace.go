package train

import (
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
)

// Pace tells how much time the rest of a run takes, from what the run's [Listener] is told. Steps and rows of held-out
// pairs count apart, and the first of each in a process not at all, for they compile.
type Pace struct {
	begin     Begin
	step      int       // that the run has made
	evaluated int       // the step after which the held-out pairs were last measured
	row, rows int       // of the evaluation under way
	mark      time.Time // of the last event
	warm      [2]bool   // a first step, a first row is over

	steps      timed
	pass, last timed // rows of the latest evaluation, and of the one before
}

// timed is how long a number of things took.
type timed struct {
	all   time.Duration
	count int
}

func (t *timed) add(d time.Duration) { t.all, t.count = t.all+d, t.count+1 }

func (t timed) mean() time.Duration { return t.all / time.Duration(max(1, t.count)) }

// measuredShare is about what measuring a pair takes of training on it, before any was measured.
const measuredShare = 0.5

// Begin tells that a run begins, or goes on after some step. The times of a run before it still count.
func (p *Pace) Begin(b Begin) {
	p.begin, p.step, p.evaluated, p.row = b, b.Step, b.Step, 0
	p.Rested()
}

// Step tells that a step is made.
func (p *Pace) Step(e metrics.Event) {
	p.clock(&p.steps, &p.warm[0])
	p.step = e.Step
}

// Evaluating tells that so many rows of held-out pairs are measured.
func (p *Pace) Evaluating(done, total int) {
	if done > 0 {
		p.clock(&p.pass, &p.warm[1])
	} else if p.Rested(); p.pass.count > 0 {
		p.last, p.pass = p.pass, timed{}
	}
	p.row, p.rows = done, total
}

// Evaluated tells that all of them are.
func (p *Pace) Evaluated(e metrics.Evaluation) {
	p.clock(&p.pass, &p.warm[1])
	p.row, p.evaluated = 0, e.Step
}

// Rested tells that something else is over that took time, such as a checkpoint.
func (p *Pace) Rested() { p.mark = time.Now() }

func (p *Pace) clock(t *timed, warm *bool) {
	if *warm {
		t.add(time.Since(p.mark))
	}
	*warm = true
	p.Rested()
}

// NextRun tells that another run begins; the times of the runs before it still count.
func (p *Pace) NextRun() { p.step, p.evaluated, p.row = 0, 0, 0 }

// PerStep is the time that a step takes; ok is false before there are two of them.
func (p *Pace) PerStep() (each time.Duration, ok bool) { return p.steps.mean(), p.steps.count > 0 }

// Left is the time that the steps and evaluations of the run still take; ok is false before there is enough to tell.
func (p *Pace) Left() (left time.Duration, ok bool) {
	left = p.of(p.begin.Config.MaxSteps-p.step, p.due(p.evaluated)*p.evaluationRows()-p.row)
	return left, p.steps.count > 0
}

// Whole is the time of all steps and evaluations of a run.
func (p *Pace) Whole() time.Duration {
	return p.of(p.begin.Config.MaxSteps, p.due(0)*p.evaluationRows())
}

func (p *Pace) of(steps, rows int) time.Duration {
	return time.Duration(steps)*p.steps.mean() + time.Duration(rows)*p.perRow()
}

// evaluationRows counts the rows of an evaluation; before the first one, a pair is a row.
func (p *Pace) evaluationRows() int {
	if p.rows > 0 {
		return p.rows
	}
	return p.begin.HeldOut
}

func (p *Pace) perRow() time.Duration {
	switch {
	case p.pass.count > 0:
		return p.pass.mean()
	case p.last.count > 0:
		return p.last.mean()
	}
	perPair := float64(p.steps.mean()) / float64(max(1, p.begin.Config.StepPairs())) * measuredShare
	return time.Duration(perPair * float64(p.begin.HeldOut) / float64(max(1, p.evaluationRows())))
}

// due counts the evaluations after the steps that come after one.
func (p *Pace) due(after int) int {
	all, every := p.begin.Config.MaxSteps, p.begin.Config.EvalSteps
	switch {
	case p.begin.HeldOut == 0 || after >= all:
		return 0
	case every == 0:
		return 1
	default:
		return (all+every-1)/every - after/every
	}
}
