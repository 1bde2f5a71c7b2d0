package fault

import (
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// listener keeps what a run says.
type listener struct {
	notes []string
	begin train.Begin
}

func (l *listener) Phase(string)                      {}
func (l *listener) Note(text string)                  { l.notes = append(l.notes, text) }
func (l *listener) Begin(b train.Begin)               { l.begin = b }
func (l *listener) Step(metrics.Event)                {}
func (l *listener) Evaluating(int, int)               {}
func (l *listener) Evaluated(metrics.Evaluation)      {}
func (l *listener) Sampled(int, []train.Answer)       {}
func (l *listener) Saved(step int, checkpoint string) {}
func (l *listener) Finished(train.Finish)             {}
