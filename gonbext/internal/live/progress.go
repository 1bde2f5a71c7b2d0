package live

import (
	"fmt"
	"html/template"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/pace"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// state is how far a run, or a sweep, has come in this cell.
type state int

const (
	running      state = iota
	finished           // successfully
	ended              // stopped or failed
	neverStarted       // stopped or failed before this cell's first step
)

// Progress is what the live view knows of a run.
type Progress struct {
	activity  string    // what the run does apart from steps, "" for nothing
	since     time.Time // start of the activity
	begin     train.Begin
	last      metrics.Event
	heldOut   metrics.Evaluation
	steps     int // of this process
	pace      pace.Pace
	notes     []string
	answers   []train.Answer
	sampledAt int // step of the last sample answers
	state     state
	summary   string
	picture   template.URL
}

func (p *Progress) phase(text string) { p.activity, p.since = text, time.Now() }

func (p *Progress) started(b train.Begin) {
	p.begin, p.last.Step, p.sampledAt = b, b.Step, b.Step
	p.pace.Begin(b)
	p.phase("compiling the first step, once per run")
	if b.Step > 0 {
		p.notes = append(p.notes, fmt.Sprintf("Resuming after step %d, where the run was stopped.", b.Step))
	}
}

func (p *Progress) step(e metrics.Event) {
	p.pace.Step(e)
	p.last = e
	p.steps++
	p.activityDone()
}

// activityDone ends an activity. Sample answers that are due after this step are the next one.
func (p *Progress) activityDone() {
	p.phase("")
	c := p.begin.Config
	if c.SampleSteps > 0 && p.sampledAt < p.last.Step && (p.last.Step%c.SampleSteps == 0 || p.last.Step == c.MaxSteps) {
		p.phase("generating answers to the sample prompts")
	}
}

func (p *Progress) evaluating(done, total int) {
	p.pace.Evaluating(done, total)
	p.phase(fmt.Sprintf("evaluating on the held-out pairs, part %d of %d", done+1, total))
}

func (p *Progress) evaluated(e metrics.Evaluation) {
	p.pace.Evaluated(e)
	p.heldOut = e
	p.activityDone()
}

func (p *Progress) saved() {
	p.pace.Skip()
	p.activityDone()
}

func (p *Progress) sampled(step int, answers []train.Answer) {
	p.answers, p.sampledAt = answers, step
	p.pace.Skip()
	p.activityDone()
}

// finish records the end of a run. 0 seconds mean that an earlier cell finished it.
func (p *Progress) finish(f train.Finish) {
	p.state = finished
	p.summary = "This run is finished; there is nothing left to train"
	if f.Seconds == 0 {
		history, _ := metrics.ReadHistory(f.Dir) // drawing the run will report the error
		p.restore(history)
	} else {
		p.summary = fmt.Sprintf("Trained in %s; %s (expected: %s)", output.Duration(time.Duration(f.Seconds*float64(time.Second))), f.Actual, f.Expected)
	}
}

// restore takes the last metrics from the record of a run that an earlier cell finished.
func (p *Progress) restore(h metrics.History) {
	if n := len(h.Steps); n > 0 {
		p.last, p.steps = h.Steps[n-1], n
	}
	if n := len(h.Evaluations); n > 0 {
		p.heldOut = h.Evaluations[n-1]
	}
}

// end records the error that training returned, nil for success.
func (p *Progress) end(err error) {
	p.phase("")
	switch {
	case err == nil:
	case p.steps > 0:
		p.state = ended
	default:
		p.state = neverStarted
	}
}

// speed returns the pairs per second and the remaining time, empty until a step without compilation was timed.
func (p *Progress) speed() (pairs, left string) {
	step, ok := p.pace.PerStep()
	if !ok || p.state != running {
		return "", ""
	}
	rest, _ := p.pace.Left()
	return fmt.Sprintf("%.1f pairs per second", float64(p.begin.Config.StepPairs())/step.Seconds()), "about " + output.Duration(rest) + " left"
}
