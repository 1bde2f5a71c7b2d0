package gonbext

import (
	"fmt"
	"html/template"
	"sync"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/plots"
)

// sweepView shows a sweep in one output of a notebook, with the curves of all runs; elsewhere it prints a line a step.
type sweepView struct {
	output *redrawn
	dir    string

	mu    sync.Mutex
	state sweepState

	drawn   int // steps and evaluations in the picture; this and the next belong to the drawing goroutine
	picture template.URL
}

func newSweepView(dir string, runs int) *sweepView {
	v := &sweepView{dir: dir}
	v.state.pace.Runs = runs
	v.output = redraw("dpo-sweep", v.current)
	return v
}

// limit shortens the runs as the environment asks.
func (v *sweepView) limit(c *config.Config, steps int) {
	if steps < c.MaxSteps {
		v.Note(fmt.Sprintf("Only %d steps a run instead of %d, as %s asks: enough to try the notebook, too few to learn much.", steps, c.MaxSteps, maxStepsEnv))
		c.MaxSteps = steps
	}
}

func (v *sweepView) change(take func(*sweepState)) {
	v.mu.Lock()
	take(&v.state)
	v.mu.Unlock()
	v.output.touch()
}

// line prints what a notebook shows in its picture.
func (v *sweepView) line(format string, args ...any) {
	if !gonbui.IsNotebook {
		fmt.Fprintf(printed, format+"\n", args...)
	}
}

func (v *sweepView) Run(number, of int, run sweep.Point) train.Listener {
	v.change(func(s *sweepState) {
		s.pace.Turn(number)
		s.turns, s.turn, s.last = number, fmt.Sprintf("Run %d of %d, %s", number, of, run.Name), metrics.Event{}
		s.runs = append(s.runs[:len(s.runs):len(s.runs)], plots.Swept{Name: run.Name, Beta: run.Config.Beta})
	})
	return v
}

func (v *sweepView) Ended(run sweep.Point, state sweep.State, err error) {
	switch state {
	case sweep.Failed:
		v.Note(fmt.Sprintf("%s failed: %s", run.Name, sentence(err)))
	case sweep.Elsewhere:
		v.Note(run.Name + " is trained by another process; it is left to that.")
	}
}

func (v *sweepView) Measuring(run sweep.Point, done, total int) {
	v.Phase(fmt.Sprintf("measuring the held-out pairs with %s, part %d of %d", run.Name, done+1, total))
}

func (v *sweepView) Phase(text string) { v.change(func(s *sweepState) { s.doing = text }) }

func (v *sweepView) Note(text string) {
	v.line("%s", box{noteBox, text}.Text())
	v.change(func(s *sweepState) { s.notes = append(s.notes[:len(s.notes):len(s.notes)], text) })
}

// Begin and Finished also read what earlier cells have done of a run.
func (v *sweepView) Begin(b train.Begin) {
	v.change(func(s *sweepState) {
		s.begin, s.last.Step, s.doing = b, b.Step, "compiling the first step"
		s.pace.Begin(b)
		if b.Step > 0 {
			s.recall(v.dir)
		}
	})
}

func (v *sweepView) Finished(f train.Finish) {
	v.change(func(s *sweepState) {
		if s.doing = ""; f.Seconds == 0 {
			s.recall(v.dir)
		}
	})
}

func (v *sweepView) Step(e metrics.Event) {
	v.change(func(s *sweepState) {
		s.pace.Step(e)
		s.last, s.doing = e, ""
		h := &s.runs[len(s.runs)-1].History
		h.Steps = append(h.Steps, e)
	})
	v.line("%s", v.state.headline())
}

func (v *sweepView) Evaluating(done, total int) {
	v.change(func(s *sweepState) {
		s.pace.Evaluating(done, total)
		s.doing = fmt.Sprintf("measuring the held-out pairs, part %d of %d", done+1, total)
	})
}

func (v *sweepView) Evaluated(e metrics.Evaluation) {
	v.change(func(s *sweepState) {
		s.pace.Evaluated(e)
		s.doing = ""
		h := &s.runs[len(s.runs)-1].History
		h.Evaluations = append(h.Evaluations, e)
	})
	v.line("held out after step %d: accuracy %.0f %%", e.Step, 100*e.RewardsAccuracies)
}

func (v *sweepView) Sampled(int, []train.Answer) { v.change(func(s *sweepState) { s.pace.Rested() }) }
func (v *sweepView) Saved(int, string)           { v.change(func(s *sweepState) { s.pace.Rested() }) }

// Close draws for the last time. Of a sweep that ended well the picture goes: it comes below, as one that GitHub shows.
func (v *sweepView) Close(err error) {
	v.change(func(s *sweepState) {
		if s.doing, s.ending = "", endedWell; err != nil {
			s.ending = endedEarly
		}
	})
	v.output.close()
}

// current is what the output shows. The figure is drawn outside the lock, of a copy: slices of a history only ever grow.
func (v *sweepView) current() string {
	v.mu.Lock()
	state := v.state
	state.runs = append([]plots.Swept{}, state.runs...)
	v.mu.Unlock()
	marks := 0
	for _, run := range state.runs {
		marks += len(run.History.Steps) + len(run.History.Evaluations)
	}
	if marks != v.drawn {
		v.picture, v.drawn = inlineSVG(plots.Curves(state.runs)), marks
	}
	picture := v.picture
	if state.ending == endedWell {
		picture = ""
	}
	return string(state.html(picture))
}
