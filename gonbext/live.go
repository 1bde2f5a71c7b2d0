package gonbext

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"sync"
	"time"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/plots"
)

// liveView shows a run in one output of a notebook. Training tells it what happens.
type liveView struct {
	output *redrawn
	dir    string

	mu      sync.Mutex
	state   progress
	history metrics.History

	drawn   int // steps and evaluations in the picture; this and the next belong to the drawing goroutine
	picture template.URL
}

func newLiveView(dir string) *liveView {
	v := &liveView{dir: dir}
	v.output = redraw("dpo-train", v.current)
	return v
}

// change takes in something new.
func (v *liveView) change(take func()) {
	v.mu.Lock()
	take()
	v.mu.Unlock()
	v.output.touch()
}

func (v *liveView) Phase(text string) { v.change(func() { v.state.phase(text) }) }
func (v *liveView) Note(text string) {
	v.change(func() { v.state.notes = append(v.state.notes, text) })
}
func (v *liveView) Step(e metrics.Event) {
	v.change(func() {
		v.state.step(e)
		v.history.Steps = append(v.history.Steps, e)
	})
}
func (v *liveView) Evaluating(done, total int) {
	v.change(func() { v.state.evaluating(done, total) })
}
func (v *liveView) Evaluated(e metrics.Evaluation) {
	v.change(func() {
		v.state.evaluated(e)
		v.history.Evaluations = append(v.history.Evaluations, e)
	})
}
func (v *liveView) Sampled(step int, answers []train.Answer) {
	v.change(func() { v.state.sampled(step, answers) })
}
func (v *liveView) Saved(int, string) { v.change(func() { v.state.saved() }) }
func (v *liveView) Finished(f train.Finish) {
	v.change(func() { v.state.finished(f) })
}

// Begin also reads what earlier cells have done of this run: the curves go on from there.
func (v *liveView) Begin(b train.Begin) {
	v.change(func() {
		v.state.begun(b)
		if b.Step > 0 {
			v.history, _ = metrics.ReadHistory(v.dir) // without it, the curves begin here
		}
	})
}

// Close draws for the last time. Of a finished run the picture goes: it comes below, as one that GitHub shows. Of a run
// that failed before its first step nothing stays: the box below says it all.
func (v *liveView) Close(err error) {
	v.change(func() { v.state.over(err) })
	v.output.close()
}

// current is what the output shows. The figure is drawn outside the lock; slices of a history only ever grow.
func (v *liveView) current() string {
	v.mu.Lock()
	state, history := v.state, v.history
	v.mu.Unlock()
	if marks := len(history.Steps) + len(history.Evaluations); marks != v.drawn && len(history.Steps) > 0 {
		v.picture, v.drawn = inlineSVG(plots.Overview(history)), marks
	}
	if state.ended != endedWell {
		state.picture = v.picture
	}
	return string(state.HTML(time.Now()))
}

// inlineSVG is a figure as the source of an image: a tenth of the PNG's bytes, and sharp at any size.
func inlineSVG(figure plots.Figure) template.URL {
	var svg bytes.Buffer
	if err := figure.SVG(&svg); err != nil {
		return ""
	}
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg.Bytes()))
}
