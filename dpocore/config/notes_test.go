package config

import (
	"strings"
	"testing"
)

func TestNotes(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"": func(*Config) {},
		"never reaches 0.001; the last step has 0.0008": func(c *Config) { c.MaxSteps, c.WarmupSteps, c.LearningRate = 5, 5, 1e-3 },
		"can't end this run before its 50 steps":        func(c *Config) { c.EarlyStopping, c.EvalSteps = 5, 10 },
		"the loss is conservative DPO":                  func(c *Config) { c.LabelSmoothing = 0.1 },
	} {
		c := Default()
		change(&c)
		notes := strings.Join(c.Notes(), "\n")
		if (want == "") != (notes == "") || !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
}
