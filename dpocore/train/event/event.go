// Package event has what a run tells its listener. Package train has its types under the same names.
package event

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
)

// Listener receives the events of a run, in order and from one goroutine. The command's progress bar is one, the
// notebook's live view another.
type Listener interface {
	Phase(text string)                  // what starts now, such as "loading the model"
	Note(text string)                   // a sentence that the user should read
	Begin(Begin)                        // once, before the first step of this process
	Step(metrics.Event)                 // a step is made
	Evaluating(done, total int)         // rows of held-out pairs measured
	Evaluated(metrics.Evaluation)       // an evaluation is complete
	Sampled(step int, answers []Answer) // the sample prompts are answered
	Saved(step int, checkpoint string)  // a checkpoint is on disk
	Finished(Finish)                    // the run is complete
}

// Answer is the model's answer to a sample prompt.
type Answer struct {
	Prompt, Text string
}

// Begin describes a run to its listener.
type Begin struct {
	Config        config.Config
	Model         string // as Model.Describe returns it
	Backend       string
	Step          int  // steps made by earlier processes; 0 for a new run
	Pairs         int  // to train on
	Single        bool // they are single answers
	HeldOut       int  // to evaluate on
	StepsPerEpoch int
	Rows          []batch.Shape
	Mix           *dataset.Mix // nil for a single objective
	Expected      string       // forecast for the rest of the run: memory, time and compilations
	Cost          Cost         // the same as numbers
}

// Cost is what a run is expected to take.
type Cost struct {
	Memory           int64   // bytes at most; 0 if unknown, as on a GPU
	Seconds          float64 // for the remaining steps, including their evaluations
	CompilingSeconds float64
}

// Finish describes a complete run to its listener.
type Finish struct {
	Dir              string
	Seconds          float64 // 0 for a run that was finished before
	Actual, Expected string  // what this process took, and Begin.Expected
}

// Stopped is the error of a run whose context ended. Nothing is lost: the checkpoint of the last finished step is on
// disk, and the same call resumes from there.
type Stopped struct {
	Step  int
	Dir   string
	Cause error
}

func (s *Stopped) Error() string {
	if s.Step == 0 {
		return fmt.Sprintf("stopped before the first step; %s has no checkpoint yet", s.Dir)
	}
	return fmt.Sprintf("stopped after step %d; its checkpoint is in %s, and the run can resume from there", s.Step, s.Dir)
}

func (s *Stopped) Unwrap() error { return s.Cause }
