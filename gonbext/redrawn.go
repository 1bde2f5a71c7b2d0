package gonbext

import (
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// An output is drawn when something happened, and every second for a clock in it, but not more often than this.
const redrawAfter = 300 * time.Millisecond

// redrawn is an output of a notebook that is replaced in place. A goroutine of its own draws, so that training never
// waits for a picture.
type redrawn struct {
	id      string
	changed chan struct{} // something is new
	closing chan struct{}
	closed  chan struct{} // the last picture is drawn
}

// redraw begins an output of which current, which the drawing goroutine alone calls, is what it is to show now.
func redraw(kind string, current func() string) *redrawn {
	r := &redrawn{id: kind + "-" + gonbui.UniqueId(),
		changed: make(chan struct{}, 1), closing: make(chan struct{}), closed: make(chan struct{})}
	go r.draw(current)
	return r
}

// touch asks for a drawing.
func (r *redrawn) touch() {
	select {
	case r.changed <- struct{}{}:
	default: // one is due anyway
	}
}

// close returns when the output is drawn for the last time.
func (r *redrawn) close() {
	close(r.closing)
	<-r.closed
}

func (r *redrawn) draw(current func() string) {
	defer close(r.closed)
	var shown string
	update := func() {
		if now := current(); now != shown {
			gonbui.UpdateHTML(r.id, now)
			shown = now
		}
	}
	clock := time.NewTicker(time.Second)
	defer clock.Stop()
	for {
		select {
		case <-r.closing:
			update()
			return
		case <-r.changed:
		case <-clock.C:
		}
		update()
		select {
		case <-r.closing:
		case <-time.After(redrawAfter):
		}
	}
}
