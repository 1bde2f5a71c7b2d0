package diagnose

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
)

// fineTuned returns a run of fine-tuning whose loss falls from 2 to 2 − fall nats per token.
func fineTuned(fall float64) Run {
	r := healthy()
	r.Pairs = nil
	r.setSteps(func(progress float64, e *metrics.Event) {
		e.Loss, e.GradNorm, e.FineTuning = 2-fall*progress, 0.5, &metrics.FineTuning{MeanTokenAccuracy: 0.5}
	})
	r.History.Evaluations = []metrics.Evaluation{
		{Step: 25, PairMeans: metrics.PairMeans{Loss: 1.9, FineTuning: &metrics.FineTuning{}}},
		{Step: 50, PairMeans: metrics.PairMeans{Loss: 1.8, FineTuning: &metrics.FineTuning{}}},
	}
	return r
}

// The rules of pairs say nothing about fine-tuning.
func TestFineTuning(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Run)
		fall   float64
		want   []string
	}{
		{"learning", func(*Run) {}, 0.4, []string{"✓ The model is learning the answers", "✓ Held-out answers follow"}},
		{"not learning", func(*Run) {}, 0.001, []string{"✗ The model is hardly learning", "Raise the learning rate"}},
		{"diverged", func(*Run) {}, -1, []string{"✗ The run has diverged"}},
		{"memorized", func(r *Run) { r.History.Evaluations[1].Loss = 2.2 }, 1.5, []string{"! Training and held-out loss are diverging"}},
		{"nothing held out", func(r *Run) { r.History.Evaluations = nil }, 0.4, []string{"– Generalization to new questions is unknown: no answers were held out"}},
	} {
		r := fineTuned(c.fall)
		c.change(&r)
		text := r.Diagnose().String()
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, text)
			}
		}
		for _, pairs := range []string{"chosen", "rejected", "pairs"} {
			if strings.Contains(text, pairs) {
				t.Errorf("%s speaks of %s:\n%s", c.name, pairs, text)
			}
		}
	}
}
