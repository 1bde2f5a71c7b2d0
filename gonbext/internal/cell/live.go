package cell

import (
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// updateInterval is the minimum time between two updates of a live output. It is updated after each change, and every
// second for the clock in it.
const updateInterval = 300 * time.Millisecond

// LiveOutput is an output that is replaced in place. A goroutine renders it, so training never waits for a picture.
type LiveOutput struct {
	id      string
	changed chan struct{}
	closing chan struct{}
	closed  chan struct{} // closed after the last update
}

// NewLiveOutput starts an output with the HTML that render returns. Only the output's goroutine calls render.
func NewLiveOutput(kind string, render func() string) *LiveOutput {
	o := &LiveOutput{id: kind + "-" + gonbui.UniqueId(),
		changed: make(chan struct{}, 1), closing: make(chan struct{}), closed: make(chan struct{})}
	go o.loop(render)
	return o
}

// Changed requests an update.
func (o *LiveOutput) Changed() {
	select {
	case o.changed <- struct{}{}:
	default: // an update is pending
	}
}

// Close returns after the last update.
func (o *LiveOutput) Close() {
	close(o.closing)
	<-o.closed
}

func (o *LiveOutput) loop(render func() string) {
	defer close(o.closed)
	var shown string
	update := func() {
		if html := render(); html != shown {
			gonbui.UpdateHTML(o.id, html)
			shown = html
		}
	}
	clock := time.NewTicker(time.Second)
	defer clock.Stop()
	for {
		select {
		case <-o.closing:
			update()
			return
		case <-o.changed:
		case <-clock.C:
		}
		update()
		select {
		case <-o.closing:
		case <-time.After(updateInterval):
		}
	}
}
