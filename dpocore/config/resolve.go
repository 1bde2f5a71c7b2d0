package config

import (
	"errors"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config/bounds"
)

// StepsPerEpoch is the number of steps of a pass over a number of pairs, including the last, smaller one.
func (c Config) StepsPerEpoch(pairs int) int { return (pairs + c.StepPairs() - 1) / c.StepPairs() }

// Resolve returns the settings of a run on a number of pairs, with everything that depends on its length as a number of steps: the
// length itself, the warm-up, the decay and the intervals. It rounds as transformers does, and changes nothing in settings
// that are resolved.
func (c Config) Resolve(pairs int) Config {
	if c.MaxSteps < 1 {
		c.MaxSteps = c.epochSteps(pairs)
	}
	if c.WarmupSteps == 0 {
		c.WarmupSteps = c.ratioSteps()
	}
	perEpoch := c.StepsPerEpoch(pairs)
	for _, steps := range []*Steps{&c.DecaySteps, &c.EvalSteps, &c.SaveSteps} {
		*steps = steps.resolve(c.MaxSteps, perEpoch)
	}
	return c
}

// EvaluationsAfter is the number of evaluations of a resolved run after a step.
func (c Config) EvaluationsAfter(step int) int {
	if c.EvalSteps == 0 {
		return 1
	}
	return int(math.Ceil(float64(c.MaxSteps-step) / float64(c.EvalSteps)))
}

func (c Config) epochSteps(pairs int) int {
	return int(math.Ceil(c.NumTrainEpochs * float64(c.StepsPerEpoch(pairs))))
}

func (c Config) ratioSteps() int { return int(math.Ceil(float64(c.MaxSteps) * c.WarmupRatio)) }

// lengthNotes are sentences on settings of a resolved run that say the same thing differently.
func (c Config) lengthNotes(pairs int) (notes []string) {
	if c.NumTrainEpochs > 0 && c.MaxSteps != c.epochSteps(pairs) {
		notes = append(notes, fmt.Sprintf("The run has %d steps, as max_steps says; the %g epochs of num_train_epochs, %d steps, have no effect.", c.MaxSteps, c.NumTrainEpochs, c.epochSteps(pairs)))
	}
	if c.WarmupRatio > 0 && c.WarmupSteps != c.ratioSteps() {
		notes = append(notes, fmt.Sprintf("The warm-up has %d steps, as warmup_steps says; the share %g of warmup_ratio has no effect.", c.WarmupSteps, c.WarmupRatio))
	}
	return notes
}

// checkLength checks the number of steps, which may follow from the number of epochs.
func checkLength(c Config) error {
	if c.MaxSteps > bounds.MaxCount {
		return fmt.Errorf("the number of steps is %d; it must be at most %d", c.MaxSteps, bounds.MaxCount)
	}
	if c.MaxSteps >= 1 || c.MaxSteps >= -1 && c.NumTrainEpochs > 0 { // -1 is what TRL has for none
		return nil
	}
	return fmt.Errorf("the number of steps is %d; it must be at least 1 (50 is a good start), unless a number of epochs is given instead (num_train_epochs)", c.MaxSteps)
}

func checkEpochs(epochs float64) string {
	const most = 1_000_000
	if epochs > most {
		return fmt.Sprintf("at most %d", most)
	}
	return bounds.AtLeast(0., "1")(epochs)
}

func checkEarlyStopping(c Config) error {
	if c.EarlyStopping > 0 && c.EvalSteps == 0 {
		return errors.New("early stopping needs evaluations during training; set the steps between them (10 is a good start)")
	}
	return nil
}
