// Package metrics records a training run: one [Event] per optimizer step and one [Evaluation] each time the held-out pairs
// are scored, both under TRL's metric names.
//
// A [Log] appends them to the run folder during training. [ReadHistory] reads them back, from a finished run or one that is
// still training. [History.Series] returns one metric over the steps, ready to plot, and [WriteTrainerState] writes the
// trainer_state.json that tools for the Hugging Face Trainer expect.
//
// The package uses only the standard library, so a program that reads or plots a run links nothing else.
//
// JSON has no NaN or infinity: a non-finite metric is written as null, and null is read back as NaN.
package metrics
