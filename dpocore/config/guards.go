package config

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/config/bounds"
)

// What a run does when a guard's bound is crossed.
const (
	GuardStop = "stop" // it saves a checkpoint and stops
	GuardSlow = "slow" // it halves the learning rate, again after each evaluation that crosses a bound
)

// GuardActions lists the values of Config.GuardAction.
var GuardActions = []string{GuardStop, GuardSlow}

// guardSettings are watched after each evaluation.
var guardSettings = Table{
	Setting[float64]{
		JSON: "guard_kl", Label: "the bound of the divergence", Swept: Swept{Refused: ofGuards},
		Help:      "guard: the highest KL divergence from the reference on the held-out answers, in `nats` per token, measured after each evaluation; 0 for none",
		Field:     func(c *Config) *float64 { return &c.GuardKL },
		Check:     bounds.AtLeast(0., "0.5"),
		Resumable: true, // if the guards slow down the run, the row of the action compares all of them
	},
	Setting[float64]{
		JSON: "guard_chosen", Label: "the bound of what chosen answers lose", Swept: Swept{Refused: ofGuards},
		Help:      "guard: how many `nats` per token less likely than under the reference the held-out chosen answers may become; 0 for any",
		Field:     func(c *Config) *float64 { return &c.GuardChosen },
		Check:     bounds.AtLeast(0., "0.2"),
		Rule:      checkGuardChosen,
		Resumable: true,
	},
	Setting[float64]{
		JSON: "guard_repetition", Label: "the bound of repetition", Swept: Swept{Refused: ofGuards},
		Help:      "guard: the highest `share` of repeated 4-grams in answers sampled after each evaluation, such as 0.3; 0 for any",
		Field:     func(c *Config) *float64 { return &c.GuardRepetition },
		Check:     bounds.Share,
		Resumable: true,
	},
	Setting[string]{
		JSON: "guard_action", Label: "the action of the guards", Swept: Swept{Refused: ofGuards},
		Help:  "what a run does when a guard's bound is crossed: " + strings.Join(GuardActions, ", with a checkpoint, or ") + ", which halves the learning rate",
		Field: func(c *Config) *string { return &c.GuardAction },
		Rule:  checkGuards,
		Text:  guardText,
	},
}

const ofGuards = "a run that a guard has stopped or slowed down can't be compared with others"

// Guarded reports whether a run has a guard.
func (c Config) Guarded() bool { return c.GuardKL > 0 || c.GuardChosen > 0 || c.GuardRepetition > 0 }

// guardText is what of the guards changes what is learned.
func guardText(c Config) string {
	if !c.Guarded() || c.GuardAction != GuardSlow {
		return GuardStop
	}
	return fmt.Sprintf("%s above %g, %g and %g, every %v steps", GuardSlow, c.GuardKL, c.GuardChosen, c.GuardRepetition, c.EvalSteps)
}

func checkGuards(c Config) error {
	if c.Guarded() && c.EvalSteps == 0 {
		return errors.New("guards are checked after evaluations during training; set the steps between them (10 is a good start)")
	}
	return oneOf("action of the guards", cmp.Or(c.GuardAction, GuardStop), GuardActions)
}

func checkGuardChosen(c Config) error {
	if c.GuardChosen > 0 && (c.FineTuning() || !c.Reward().NeedsReference()) {
		return fmt.Errorf("the loss %s has no reference that chosen answers could lose against; leave guard_chosen out", lossTypeText(c))
	}
	return nil
}
