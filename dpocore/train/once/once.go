// Package once says once what concerns several runs that are trained one after another. See [Notes].
package once

import "example.com/gonb-dpo/dpocore/train"

// Notes are the notes of several runs. Each is passed on once, since those on the pairs are the same for all. Before the first step there is
// one on what all runs will take.
type Notes struct {
	cost  func(train.Begin) string
	noted map[string]bool
	began bool // a run has begun, and the cost was said
}

// New takes a function that says what all runs will take, judging by the one that begins, or "" if that one does not tell.
func New(cost func(train.Begin) string) *Notes {
	return &Notes{cost: cost, noted: map[string]bool{}}
}

// Listener passes the events of a run on, apart from notes that an earlier one had too.
func (n *Notes) Listener(l train.Listener) train.Listener { return listener{l, n} }

type listener struct {
	train.Listener
	notes *Notes
}

func (l listener) Note(text string) {
	if !l.notes.noted[text] {
		l.notes.noted[text] = true
		l.Listener.Note(text)
	}
}

func (l listener) Begin(b train.Begin) {
	if !l.notes.began {
		if text := l.notes.cost(b); text != "" {
			l.notes.began = true
			l.Note(text)
		}
	}
	l.Listener.Begin(b)
}
