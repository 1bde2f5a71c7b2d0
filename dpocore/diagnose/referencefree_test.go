package diagnose

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
)

// simpo returns a healthy run with SimPO at beta 2: mean log-probabilities go from −1.5 to −1.3 nats per token for chosen
// answers and from −1.6 to −1.8 for rejected ones.
func simpo() Run {
	r := healthy()
	r.Settings.Rewards, r.Settings.Config.LossType, r.Settings.Config.Beta = "the mean log-probability of its tokens", "simpo", 2
	r.each(func(progress float64, e *metrics.Event) {
		e.RewardsChosen, e.RewardsRejected = -3+0.4*progress, -3.2-0.4*progress
		e.RewardsMargins = e.RewardsChosen - e.RewardsRejected
	})
	for i := range r.History.Evaluations {
		e := &r.History.Evaluations[i]
		e.RewardsChosen, e.RewardsRejected = -2.6, -3.6
	}
	return r
}

// Rewards of a loss without a reference are not 0 at the start: gains are since then, and per token. The means of the first and
// the last ten of 50 steps are 40/49 of the way apart.
func TestGainsWithoutReference(t *testing.T) {
	r := simpo()
	chosen, rejected := r.gains()
	want := 0.2 * 40 / 49
	if d := chosen - want; d > 1e-9 || d < -1e-9 || rejected != -chosen && rejected+chosen > 1e-9 {
		t.Errorf("gains %g and %g, want ±%g", chosen, rejected, want)
	}
	text := r.Diagnose().String()
	for _, want := range []string{"chosen answers gained 0.33 nats per token more", "changed by +0.16 nats per token", "by log-probability alone"} {
		if !strings.Contains(text, want) {
			t.Errorf("the diagnosis does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "not the same model") || strings.Contains(text, "✗") {
		t.Errorf("a healthy run has problems:\n%s", text)
	}
}

// A run whose mean log-probabilities stay where they were does not learn, although its margins are far above 0.
func TestNotLearningWithoutReference(t *testing.T) {
	r := simpo()
	r.each(func(_ float64, e *metrics.Event) {
		e.Loss, e.RewardsChosen, e.RewardsRejected, e.RewardsMargins = 0.6, -3, -3.6, 0.6
	})
	if text := r.Diagnose().String(); !strings.Contains(text, "The model is not learning") || !strings.Contains(text, "less than 0.01 is negligible") {
		t.Errorf("the diagnosis is\n%s", text)
	}
}
