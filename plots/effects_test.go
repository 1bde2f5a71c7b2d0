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

// replicated is the synthetic settings with three seeds each, and with answers that repeat themselves the more the farther a setting is from the
// reference. The last has none.
func replicated() []sweep.Setting {
	list := swept()
	for i := range list {
		s := &list[i]
		s.Seeds = 3
		s.Chosen = statistics.Estimate{Value: -200 * s.KL.Value, Low: -260 * s.KL.Value, High: -150 * s.KL.Value}
		for _, off := range []float64{-0.05, 0.01, 0.04} {
			r := sweep.Run{Replicated: s.Replicated}
			r.Accuracy.Value, r.KL.Value = r.Accuracy.Value+off, r.KL.Value*(1+2*off)
			s.Runs = append(s.Runs, r)
		}
		if i < 3 {
			repetition := 10 * s.KL.Value
			s.Answers = &evaluation.ReplicatedAnswers{Prompts: 20, Tokens: statistics.Estimate{Value: 60 + 1000*s.KL.Value, Low: 50 + 1000*s.KL.Value, High: 72 + 1000*s.KL.Value},
				Repetition: statistics.Estimate{Value: repetition, Low: 0.6 * repetition, High: 1.5 * repetition}, Base: evaluation.AnswerStats{Tokens: 62, Repetition: 0.03}}
		}
	}
	return list
}

func ExampleEffects() { save(plots.Effects(replicated())) }

func TestEffectsSay(t *testing.T) {
	for want, settings := range map[string][]sweep.Setting{"base model": replicated(), "Repetition in answers": replicated(), "beta-0.3": replicated(), "No answers sampled yet": swept()} {
		var svg bytes.Buffer
		if err := plots.Effects(settings).SVG(&svg); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(svg.String(), want) {
			t.Errorf("lacks %q", want)
		}
	}
	if err := plots.Effects(nil).SVG(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}
