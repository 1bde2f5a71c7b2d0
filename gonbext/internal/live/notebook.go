package live

import (
	"html/template"
	"sync"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// notebookView shows a run in one live output of a notebook.
type notebookView struct {
	output *cell.LiveOutput
	dir    string

	mu       sync.Mutex
	progress Progress
	history  metrics.History

	drawn   int // steps and evaluations in the picture; this and picture belong to the output's goroutine
	picture template.URL
}

func newNotebookView(dir string) *notebookView {
	v := &notebookView{dir: dir}
	v.output = cell.NewLiveOutput("dpo-train", v.html)
	return v
}

func (v *notebookView) update(change func()) {
	v.mu.Lock()
	change()
	v.mu.Unlock()
	v.output.Changed()
}

func (v *notebookView) Phase(text string) { v.update(func() { v.progress.phase(text) }) }

func (v *notebookView) Note(text string) {
	v.update(func() { v.progress.notes = append(v.progress.notes, output.InCell(text)) })
}

// Begin also reads what earlier cells recorded of this run, so the curves start at the first step.
func (v *notebookView) Begin(b train.Begin) {
	v.update(func() {
		v.progress.started(b)
		if b.Step > 0 {
			v.history, _ = metrics.ReadHistory(v.dir) // without it, the curves start at step b.Step
		}
	})
}

func (v *notebookView) Step(e metrics.Event) {
	v.update(func() {
		v.progress.step(e)
		v.history.Steps = append(v.history.Steps, e)
	})
}

func (v *notebookView) Evaluating(done, total int) {
	v.update(func() { v.progress.evaluating(done, total) })
}

func (v *notebookView) Evaluated(e metrics.Evaluation) {
	v.update(func() {
		v.progress.evaluated(e)
		v.history.Evaluations = append(v.history.Evaluations, e)
	})
}

func (v *notebookView) Sampled(step int, answers []train.Answer) {
	v.update(func() { v.progress.sampled(step, answers) })
}

func (v *notebookView) Saved(int, string) { v.update(func() { v.progress.saved() }) }

func (v *notebookView) Finished(f train.Finish) { v.update(func() { v.progress.finish(f) }) }

// Close renders the output for the last time. A finished run's picture is removed, since a PNG that GitHub can show
// follows below; a run that failed before its first step leaves nothing, since the error box says it all.
func (v *notebookView) Close(err error) {
	v.update(func() { v.progress.end(err) })
	v.output.Close()
}

// html renders the output. The figure is drawn without the lock: the slices of a history are only appended to.
func (v *notebookView) html() string {
	v.mu.Lock()
	progress, history := v.progress, v.history
	v.mu.Unlock()
	if points := len(history.Steps) + len(history.Evaluations); points != v.drawn && len(history.Steps) > 0 {
		v.picture, v.drawn = figure.DataURL(plots.Overview(history)), points
	}
	if progress.state != finished {
		progress.picture = v.picture
	}
	return string(progress.HTML(time.Now()))
}
