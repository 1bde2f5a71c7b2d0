package train

import "example.com/gonb-dpo/dpocore/train/event"

// What a run tells its listener.
type (
	Listener = event.Listener
	Begin    = event.Begin
	Cost     = event.Cost
	Answer   = event.Answer
	Finish   = event.Finish
	Stopped  = event.Stopped
)
