package plots_test

import (
	"bytes"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/plots"
)

// swept is synthetic runs: the second is closer to the reference and more accurate than the third.
func swept() []sweep.Setting {
	list := []sweep.Setting{}
	for _, r := range []struct {
		name         string
		accuracy, kl float64
	}{{"beta-0.05", 0.85, 0.021}, {"beta-0.1", 0.82, 0.012}, {"beta-0.2", 0.78, 0.015}, {"beta-0.3", 0.7, 0.004}} {
		list = append(list, sweep.Setting{Name: r.name, Replicated: evaluation.Replicated{
			Accuracy: statistics.Estimate{Value: r.accuracy, Low: r.accuracy - 0.1, High: r.accuracy + 0.08},
			KL:       statistics.Estimate{Value: r.kl, Low: 0.8 * r.kl, High: 1.25 * r.kl},
		}})
	}
	return list
}

func ExampleFrontier() { save(plots.Frontier(swept())) }

func ExampleCurves() {
	var runs []plots.Swept
	for i, beta := range []float64{0.05, 0.1, 0.3} {
		h := history()
		for j := range h.Steps { // gaps that hardly differ, times beta
			h.Steps[j].RewardsMargins *= beta / 0.1 * (1 - 0.08*float64(i))
		}
		for j := range h.Evaluations {
			h.Evaluations[j].RewardsAccuracies -= 0.02 * float64(i)
			h.Evaluations[j].LogpsChosen += 0.3 * float64(i*j)
		}
		runs = append(runs, plots.Swept{Name: []string{"beta-0.05", "beta-0.1", "beta-0.3"}[i], Beta: beta, History: h})
	}
	save(plots.Curves(runs))
}

func TestFrontierAndCurvesSay(t *testing.T) {
	for _, c := range []struct {
		figure plots.Figure
		texts  []string
	}{
		{plots.Frontier(swept()), []string{"beta-0.05", "beta-0.3", "none nearer and better", "KL from the reference (nats per token)"}},
		{plots.Frontier(nil), []string{"No run finished yet"}},
		{plots.Curves(nil), []string{"No step finished yet", "No held-out pairs scored yet"}},
	} {
		var svg bytes.Buffer
		if err := c.figure.SVG(&svg); err != nil {
			t.Fatal(err)
		}
		for _, text := range c.texts {
			if !strings.Contains(svg.String(), text) {
				t.Errorf("%s lacks %q", c.figure.Name, text)
			}
		}
	}
}
