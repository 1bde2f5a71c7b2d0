package guard

import (
	"math"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
)

// TestCrossed: each guard crosses its bound alone, a bound is not crossed by its own value, and a figure that is not finite crosses it.
func TestCrossed(t *testing.T) {
	bounds := config.Config{GuardKL: 0.5, GuardChosen: 0.2, GuardRepetition: 0.3}
	for _, c := range []struct {
		measured metrics.Guards
		want     string
	}{
		{metrics.Guards{KL: 0.5, Chosen: 0.2, Repetition: 0.3}, ""},
		{metrics.Guards{KL: 0.6, Chosen: 0.3, Repetition: 0.4}, "the divergence from the reference is 0.6 nats per token, above the bound of 0.5 (guard_kl)"},
		{metrics.Guards{KL: 0.1, Chosen: 0.25}, "the held-out chosen answers are 0.25 nats per token less likely than under the reference, more than the bound of 0.2 (guard_chosen)"},
		{metrics.Guards{Chosen: -3, Repetition: 0.75}, "a share of 0.75 of the sampled answers is repeated, above the bound of 0.3 (guard_repetition)"},
		{metrics.Guards{Chosen: math.NaN()}, "the held-out chosen answers are NaN nats"},
	} {
		if got := Crossed(bounds, &c.measured); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%+v: %q, want %q", c.measured, got, c.want)
		}
	}
	if got := Crossed(config.Config{}, &metrics.Guards{KL: 9, Chosen: 9, Repetition: 1}) + Crossed(bounds, nil); got != "" {
		t.Errorf("crossed without bounds or figures: %q", got)
	}
}

// TestFactor: only evaluations that crossed a bound count, and only if the guards slow down.
func TestFactor(t *testing.T) {
	c := config.Config{GuardChosen: 0.2, GuardAction: config.GuardSlow}
	list := []metrics.Evaluation{{Guards: &metrics.Guards{Chosen: 0.3}}, {Guards: &metrics.Guards{Chosen: 0.1}}, {}, {Guards: &metrics.Guards{Chosen: 0.4}}}
	if got := Factor(c, list); got != 0.25 {
		t.Errorf("the factor after two of four is %g, want 0.25", got)
	}
	c.GuardAction = config.GuardStop
	if got := Factor(c, list); got != 1 {
		t.Errorf("a guard that stops multiplies the rate by %g", got)
	}
}

// TestLost: (−10−(−12) + −4−(−3)) nats over 5+3 tokens.
func TestLost(t *testing.T) {
	pairs := []evaluation.Pair{{RefLogpsChosen: -10, LogpsChosen: -12, TokensChosen: 5}, {RefLogpsChosen: -4, LogpsChosen: -3, TokensChosen: 3}}
	if got := Lost(pairs); got != 0.125 {
		t.Errorf("lost %g nats per token, want 0.125", got)
	}
}
