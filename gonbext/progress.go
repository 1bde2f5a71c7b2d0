package gonbext

import (
	"fmt"
	"html/template"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// ending says how a run left this cell.
type ending int

const (
	running ending = iota
	endedWell
	endedEarly // stopped, or failed
	neverBegun // the same, without a step of this cell
)

// progress is what the live view knows of a run.
type progress struct {
	doing     string    // what goes on now
	since     time.Time // when that began
	begin     train.Begin
	last      metrics.Event
	held      metrics.Evaluation
	made      int // steps of this process
	pace      train.Pace
	notes     []string
	answers   []train.Answer
	sampledAt int
	ended     ending
	summary   string
	picture   template.URL
}

func (p *progress) phase(text string) { p.doing, p.since = text, time.Now() }

func (p *progress) begun(b train.Begin) {
	p.begin, p.last.Step, p.sampledAt = b, b.Step, b.Step
	p.pace.Begin(b)
	p.phase("compiling the first step, once a run")
	if b.Step > 0 {
		p.notes = append(p.notes, fmt.Sprintf("Going on after step %d, where the run was stopped.", b.Step))
	}
}

func (p *progress) step(e metrics.Event) {
	p.pace.Step(e)
	p.last = e
	p.made++
	p.done()
}

// done closes something that took time, and names what follows if that is not the next step.
func (p *progress) done() {
	p.phase("")
	c := p.begin.Config
	if c.SampleSteps > 0 && p.sampledAt < p.last.Step && (p.last.Step%c.SampleSteps == 0 || p.last.Step == c.MaxSteps) {
		p.phase("the model answers the sample prompts")
	}
}

func (p *progress) evaluating(done, total int) {
	p.pace.Evaluating(done, total)
	p.phase(fmt.Sprintf("measuring the held-out pairs, part %d of %d", done+1, total))
}

func (p *progress) evaluated(e metrics.Evaluation) {
	p.pace.Evaluated(e)
	p.held = e
	p.done()
}

func (p *progress) saved() {
	p.pace.Rested()
	p.done()
}

func (p *progress) sampled(step int, answers []train.Answer) {
	p.answers, p.sampledAt = answers, step
	p.pace.Rested()
	p.done()
}

// finished takes in the end of a run; 0 seconds mean that it had ended before this cell.
func (p *progress) finished(f train.Finish) {
	p.ended = endedWell
	p.summary = "This run is finished; there is nothing left to train"
	if f.Seconds == 0 {
		history, _ := metrics.ReadHistory(f.Dir) // drawing the run reports what is wrong with it
		p.recall(history)
	} else {
		p.summary = fmt.Sprintf("Trained in %s; %s (expected: %s)", duration(time.Duration(f.Seconds*float64(time.Second))), f.Taken, f.Expected)
	}
}

// recall takes in what earlier cells have recorded, for a run that has nothing left to do.
func (p *progress) recall(h metrics.History) {
	if n := len(h.Steps); n > 0 {
		p.last, p.made = h.Steps[n-1], n
	}
	if n := len(h.Evaluations); n > 0 {
		p.held = h.Evaluations[n-1]
	}
}

// over takes in how training ended.
func (p *progress) over(err error) {
	p.phase("")
	switch {
	case err == nil:
	case p.made > 0:
		p.ended = endedEarly
	default:
		p.ended = neverBegun
	}
}

// speed is pairs a second and the time that is left, once there is a step that did not compile.
func (p *progress) speed() (pairs, left string) {
	step, ok := p.pace.PerStep()
	if !ok || p.ended != running {
		return "", ""
	}
	rest, _ := p.pace.Left()
	return fmt.Sprintf("%.1f pairs a second", float64(p.begin.Config.StepPairs())/step.Seconds()), "about " + duration(rest) + " left"
}

// duration in words that fit the eye: "48 s", "3 min 20 s".
func duration(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
	default:
		return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
	}
}
