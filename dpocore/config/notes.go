package config

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/internal/wording"
)

// Notes are sentences on settings of a run on a number of pairs, which are resolved, that are valid and yet don't do what their
// names say.
func (c Config) Notes(pairs int) []string {
	notes := c.lengthNotes(pairs)
	note := func(is bool, format string, args ...any) {
		if is {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	note(c.Full && c.LearningRate > 1e-5, "The learning rate is %g; all weights are usually trained with 5e-07 to 5e-06, far below the rates of adapters.", c.LearningRate)
	note(c.Scheduler == Constant && c.WarmupSteps > 0, "The learning rate is %g from the first step on; %s has a warm-up, %s has none.", c.LearningRate, ConstantWithWarmup, Constant)
	note(c.Scheduler == WarmupStableDecay && c.WarmupSteps+c.DecaySteps.Int() > c.MaxSteps, "The warm-up of %d steps and the decay of %v are longer than the run of %d, so the learning rate falls before it has reached its peak.",
		c.WarmupSteps, c.DecaySteps, c.MaxSteps)
	note(c.Scheduler != Constant && c.WarmupSteps >= c.MaxSteps, "The warm-up takes %s and the run has %d, so the learning rate never reaches %g; the last step has %.3g.",
		wording.Count(c.WarmupSteps, "step"), c.MaxSteps, c.LearningRate, c.RateAt(c.MaxSteps-1))
	note(c.EarlyStopping > 0 && c.EvalSteps.Int()*(c.EarlyStopping+1) > c.MaxSteps, "Early stopping after %d evaluations, %v steps apart, can't end this run before its %d steps; the best checkpoint is used all the same.",
		c.EarlyStopping, c.EvalSteps, c.MaxSteps)
	note(c.LossType == "sigmoid" && c.LabelSmoothing > 0, "With label smoothing %g the loss is conservative DPO; TRL ignores label_smoothing with its sigmoid loss.", c.LabelSmoothing)
	for _, row := range lossSettings {
		name := row.Sweep().Loss
		note(name != "" && !c.Uses(name) && row.Print(c) != row.Print(Default()), "%s%s is %s and has no effect: it is a setting of the loss %s, and the run's loss is %s.",
			strings.ToUpper(row.Subject()[:1]), row.Subject()[1:], row.Print(c), name, lossTypeText(c))
	}
	if r := c.Reward(); !r.NeedsReference() && !c.FineTuning() {
		notes = append(notes, fmt.Sprintf("The loss %s needs no reference, so none is computed; a reward is beta times %s, and not 0 when training begins.", c.LossType, r))
	}
	note(c.Uses("simpo") && c.Beta < 1, "Beta is %g; simpo multiplies mean log-probabilities by it, which are small, and its paper uses 2 to 10.", c.Beta)
	return notes
}
