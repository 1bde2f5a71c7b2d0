package config

import (
	"strings"
	"testing"
)

func TestNotes(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"": func(*Config) {},
		"50 steps, as max_steps says; the 2 epochs of num_train_epochs, 100 steps, have no effect":                   func(c *Config) { c.NumTrainEpochs = 2 },
		"5 steps, as warmup_steps says; the share 0.2 of warmup_ratio has no effect":                                 func(c *Config) { c.WarmupRatio = 0.2 },
		"5e-05 from the first step on; constant_with_warmup has a warm-up":                                           func(c *Config) { c.Scheduler = Constant },
		"The warm-up of 20 steps and the decay of 40 are longer than the run of 50":                                  func(c *Config) { c.Scheduler, c.WarmupSteps, c.DecaySteps = WarmupStableDecay, 20, 40 },
		"never reaches 0.001; the last step has 0.0008":                                                              func(c *Config) { c.MaxSteps, c.WarmupSteps, c.LearningRate = 5, 5, 1e-3 },
		"can't end this run before its 50 steps":                                                                     func(c *Config) { c.EarlyStopping, c.EvalSteps = 5, 10 },
		"the loss is conservative DPO":                                                                               func(c *Config) { c.LabelSmoothing = 0.1 },
		"Simpo's gamma is 2 and has no effect: it is a setting of the loss simpo, and the run's loss is sigmoid,sft": func(c *Config) { c.LossType, c.SimPOGamma = "sigmoid,sft", 2 },
		"The weight of bad answers is 3 and has no effect":                                                           func(c *Config) { c.UndesirableWeight = 3 },
	} {
		c := Default()
		change(&c)
		notes := strings.Join(c.Notes(400), "\n")
		if (want == "") != (notes == "") || !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
}
