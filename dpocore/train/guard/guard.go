// Package guard decides what a run does when what its guards measure crosses a bound. See [Crossed].
package guard

import (
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
)

// Crossed says which bound a run's evaluation has crossed, such as "the divergence from the reference is 0.6 nats per token, above the
// bound of 0.5 (guard_kl)"; "" if none. A figure that is not finite has crossed.
func Crossed(c config.Config, g *metrics.Guards) string {
	if g == nil {
		return ""
	}
	for _, one := range []struct {
		bound, value  float64
		setting, text string
	}{
		{c.GuardKL, g.KL, "guard_kl", "the divergence from the reference is %.3g nats per token, above the bound of %g (%s)"},
		{c.GuardChosen, g.Chosen, "guard_chosen", "the held-out chosen answers are %.3g nats per token less likely than under the reference, more than the bound of %g (%s)"},
		{c.GuardRepetition, g.Repetition, "guard_repetition", "a share of %.3g of the sampled answers is repeated, above the bound of %g (%s)"},
	} {
		if one.bound > 0 && !(one.value <= one.bound) {
			return fmt.Sprintf(one.text, one.value, one.bound, one.setting)
		}
	}
	return ""
}

// Factor is what the learning rate of the next step is multiplied by: it is halved after each evaluation that has crossed a bound, if
// the guards are to slow the run down.
func Factor(c config.Config, evaluations []metrics.Evaluation) float64 {
	if c.GuardAction != config.GuardSlow {
		return 1
	}
	crossed := 0
	for _, e := range evaluations {
		if Crossed(c, e.Guards) != "" {
			crossed++
		}
	}
	return math.Pow(0.5, float64(crossed))
}

// Stopped is the error of a run that a guard has stopped. Its checkpoint is on disk.
type Stopped struct {
	Step int
	Dir  string
	Why  string // as Crossed says it
	Full bool   // all weights are trained, and there are no forks
}

func (s *Stopped) Error() string {
	remedy := "fork one with a lower learning rate or a larger beta (dpo fork)"
	if s.Full {
		remedy = "start over with a lower learning rate or a larger beta"
	}
	return fmt.Sprintf("stopped after step %d, because %s; %s/checkpoint-%d has the weights of that step: use an earlier checkpoint, %s, or resume with a higher bound",
		s.Step, s.Why, s.Dir, s.Step, remedy)
}
