package config

import "fmt"

// Notes are sentences on settings that are valid and yet don't do what their names say.
func (c Config) Notes() (notes []string) {
	note := func(is bool, format string, args ...any) {
		if is {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	note(c.WarmupSteps >= c.MaxSteps, "The warm-up takes %d steps and the run has %d, so the learning rate never reaches %g; the last step has %.3g.",
		c.WarmupSteps, c.MaxSteps, c.LearningRate, c.RateAt(c.MaxSteps-1))
	note(c.EarlyStopping > 0 && c.EvalSteps*(c.EarlyStopping+1) > c.MaxSteps, "Early stopping after %d evaluations, %d steps apart, can't end this run before its %d steps; the best checkpoint is used all the same.",
		c.EarlyStopping, c.EvalSteps, c.MaxSteps)
	note(c.LossType == "sigmoid" && c.LabelSmoothing > 0, "With label smoothing %g the loss is conservative DPO; TRL ignores label_smoothing with its sigmoid loss.", c.LabelSmoothing)
	return notes
}
