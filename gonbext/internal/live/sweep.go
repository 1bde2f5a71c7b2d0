package live

import (
	"fmt"
	"html/template"
	"slices"
	"sync"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// Sweep shows a sweep: in one live output with the curves of all runs, or outside a notebook as one line per step.
type Sweep struct {
	output *cell.LiveOutput
	dir    string

	controls *controls // nil without a page

	mu    sync.Mutex
	state SweepState

	drawn   int // steps and evaluations in the picture; this and picture belong to the output's goroutine
	picture template.URL
}

// NewSweep shows a sweep of a number of runs into a folder.
func NewSweep(dir string, runs int) *Sweep {
	v := &Sweep{dir: dir}
	v.state.pace.Runs = runs
	v.output = cell.NewLiveOutput("dpo-sweep", v.html)
	return v
}

func (v *Sweep) update(change func(*SweepState)) {
	v.mu.Lock()
	change(&v.state)
	v.mu.Unlock()
	v.output.Changed()
}

// line prints, outside a notebook.
func (v *Sweep) line(format string, args ...any) {
	if !gonbui.IsNotebook {
		fmt.Fprintf(cell.Stdout, format+"\n", args...)
	}
}

// Run starts a run, of the number given.
func (v *Sweep) Run(number, of int, run sweep.Point) train.Listener {
	v.controls.started(run.Name)
	v.update(func(s *SweepState) {
		s.pace.StartRun(number, run)
		s.pace.Runs = of
		s.number, s.title, s.last = number, fmt.Sprintf("Run %d of %d, %s", number, of, run.Name), metrics.Event{}
		if s.current = slices.IndexFunc(s.runs, func(earlier plots.Swept) bool { return earlier.Name == run.Name }); s.current < 0 {
			s.current, s.runs = len(s.runs), append(s.runs[:len(s.runs):len(s.runs)], plots.Swept{})
		}
		s.runs[s.current] = plots.Swept{Name: run.Name, Setting: run.Setting, Beta: run.Config.Beta}
	})
	return v
}

// Ended notes a run that failed or that another process trains.
func (v *Sweep) Ended(run sweep.Point, state sweep.State, err error) {
	switch state {
	case sweep.Failed:
		v.Note(fmt.Sprintf("%s failed: %s", run.Name, output.Sentence(err)))
	case sweep.Halted:
		v.Note(run.Name + " is stopped by hand.")
	case sweep.Stopped:
		v.Note(run.Name + " is stopped by halving.")
	case sweep.Elsewhere:
		v.Note(run.Name + " is being trained by another process, so it is skipped here.")
	}
}

// Measuring shows the progress of measuring a run.
func (v *Sweep) Measuring(run sweep.Point, done, total int) {
	v.Phase(fmt.Sprintf("evaluating %s on the held-out pairs, part %d of %d", run.Name, done+1, total))
}

// Waiting shows that another process is awaited.
func (v *Sweep) Waiting(reason string) { v.Phase("waiting: " + reason) }

// Phase shows what the sweep is doing.
func (v *Sweep) Phase(text string) { v.update(func(s *SweepState) { s.activity = text }) }

// Note adds a note.
func (v *Sweep) Note(text string) {
	v.line("%s", output.Box{Kind: output.Note, Message: text}.Text())
	v.update(func(s *SweepState) { s.notes = append(s.notes[:len(s.notes):len(s.notes)], output.InCell(text)) })
}

// Begin starts the current run, with what earlier cells recorded of it.
func (v *Sweep) Begin(b train.Begin) {
	v.update(func(s *SweepState) {
		s.begin, s.last.Step, s.activity = b, b.Step, "compiling the first step"
		s.pace.Begin(b)
		if b.Step > 0 {
			s.restore(v.dir)
		}
	})
}

// Finished ends the current run.
func (v *Sweep) Finished(f train.Finish) {
	v.update(func(s *SweepState) {
		if s.activity = ""; f.Seconds == 0 {
			s.restore(v.dir)
		}
	})
}

// Step adds a step to the current run.
func (v *Sweep) Step(e metrics.Event) {
	v.update(func(s *SweepState) {
		s.pace.Step(e)
		s.last, s.activity = e, ""
		h := &s.runs[s.current].History
		h.Steps = append(h.Steps, e)
	})
	v.line("%s", v.state.headline())
}

// Evaluating shows the progress of an evaluation.
func (v *Sweep) Evaluating(done, total int) {
	v.update(func(s *SweepState) {
		s.pace.Evaluating(done, total)
		s.activity = fmt.Sprintf("evaluating on the held-out pairs, part %d of %d", done+1, total)
	})
}

// Evaluated adds an evaluation to the current run.
func (v *Sweep) Evaluated(e metrics.Evaluation) {
	v.update(func(s *SweepState) {
		s.pace.Evaluated(e)
		s.activity = ""
		h := &s.runs[s.current].History
		h.Evaluations = append(h.Evaluations, e)
	})
	v.line("held-out pairs after step %d: accuracy %.0f %%", e.Step, 100*e.RewardsAccuracies)
}

// Sampled tells the clock that answers were generated.
func (v *Sweep) Sampled(int, []train.Answer) { v.update(func(s *SweepState) { s.pace.Skip() }) }

// Saved tells the clock that a checkpoint was written.
func (v *Sweep) Saved(int, string) { v.update(func(s *SweepState) { s.pace.Skip() }) }

// Close renders the output for the last time. A finished sweep's picture is removed, since a PNG that GitHub can show
// follows below.
func (v *Sweep) Close(err error) {
	if v.controls != nil {
		v.controls.close()
	}
	v.update(func(s *SweepState) {
		if s.activity, s.state = "", finished; err != nil {
			s.state = ended
		}
	})
	v.output.Close()
}

// html renders the output. The figure is drawn without the lock, from a copy: the slices of a history are only appended
// to.
func (v *Sweep) html() string {
	v.mu.Lock()
	s := v.state
	s.runs = append([]plots.Swept{}, s.runs...)
	v.mu.Unlock()
	points := 0
	for _, run := range s.runs {
		points += len(run.History.Steps) + len(run.History.Evaluations)
	}
	if points != v.drawn {
		v.picture, v.drawn = figure.DataURL(plots.Curves(s.runs)), points
	}
	picture := v.picture
	if s.state == finished {
		picture = ""
	}
	return string(s.HTML(picture))
}
