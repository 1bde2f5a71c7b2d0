// Package metrics is the record of a training run: one Event an optimizer step,
// one Evaluation whenever held-out pairs were scored, both under TRL's metric
// names.
//
// A Log appends them to a run folder while it trains; ReadHistory reads them
// back, from a run that goes on as well as from a finished one. History.Series
// gives one figure over the steps, ready to draw, and WriteTrainerState writes
// the trainer_state.json that readers of Hugging Face's Trainer expect.
//
// The package uses the standard library alone, so a program that only reads or
// draws a run links nothing else.
//
// JSON has no NaN and no infinity: a figure that isn't finite is written as null,
// and null is read back as NaN.
package metrics
