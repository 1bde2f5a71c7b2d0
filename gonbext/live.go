package gonbext

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// The live view is drawn when something happened, and every second for the clock, but not more often than this.
const redrawAfter = 300 * time.Millisecond

// liveView shows a run in one output of a notebook, replaced in place. Training tells it what happens; a goroutine of
// its own draws, so that training never waits for a picture.
type liveView struct {
	id      string
	dir     string
	changed chan struct{} // something is new
	closing chan struct{}
	closed  chan struct{} // the last picture is drawn

	mu      sync.Mutex
	state   progress
	history metrics.History

	shown   template.HTML // what the output holds; this and the next two belong to the drawing goroutine
	drawn   int           // steps and evaluations in the picture
	picture template.URL
}

func newLiveView(dir string) *liveView {
	v := &liveView{
		id: "dpo-train-" + gonbui.UniqueId(), dir: dir,
		changed: make(chan struct{}, 1), closing: make(chan struct{}), closed: make(chan struct{}),
	}
	go v.draw()
	return v
}

// change takes in something new.
func (v *liveView) change(take func()) {
	v.mu.Lock()
	take()
	v.mu.Unlock()
	select {
	case v.changed <- struct{}{}:
	default: // a drawing is due anyway
	}
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
func (v *liveView) Sampled(step int, answers []dpocore.Answer) {
	v.change(func() { v.state.sampled(step, answers) })
}
func (v *liveView) Saved(int, string) { v.change(func() { v.state.saved() }) }
func (v *liveView) Finished(f dpocore.Finish) {
	v.change(func() { v.state.finished(f) })
}

// Begin also reads what earlier cells have done of this run: the curves go on from there.
func (v *liveView) Begin(b dpocore.Begin) {
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
	close(v.closing)
	<-v.closed
}

func (v *liveView) draw() {
	defer close(v.closed)
	clock := time.NewTicker(time.Second)
	defer clock.Stop()
	for {
		select {
		case <-v.closing:
			v.update()
			return
		case <-v.changed:
		case <-clock.C:
		}
		v.update()
		select {
		case <-v.closing:
		case <-time.After(redrawAfter):
		}
	}
}

// update replaces the output. The figure is drawn outside the lock; slices of a history only ever grow.
func (v *liveView) update() {
	v.mu.Lock()
	state, history := v.state, v.history
	v.mu.Unlock()
	if marks := len(history.Steps) + len(history.Evaluations); marks != v.drawn && len(history.Steps) > 0 {
		v.picture, v.drawn = inlineSVG(plots.Overview(history)), marks
	}
	if state.ended != endedWell {
		state.picture = v.picture
	}
	if html := state.HTML(time.Now()); html != v.shown {
		gonbui.UpdateHTML(v.id, string(html))
		v.shown = html
	}
}

// inlineSVG is a figure as the source of an image: a tenth of the PNG's bytes, and sharp at any size.
func inlineSVG(figure plots.Figure) template.URL {
	var svg bytes.Buffer
	if err := figure.SVG(&svg); err != nil {
		return ""
	}
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg.Bytes()))
}
