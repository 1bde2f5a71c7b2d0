package config

import "math"

// Schedulers are the ways in which the learning rate can go on after the warm-up.
var Schedulers = []string{"linear", "cosine", "constant"}

// learningRate is the rate of a step, counted from 0: it rises from 0 over the warm-up, linearly, and then falls to 0 at
// the end in a line or in half a cosine (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983), or stays, as the
// schedulers of transformers do.
func (c Config) RateAt(step int) float64 {
	if step < c.WarmupSteps {
		return c.LearningRate * float64(step) / float64(c.WarmupSteps)
	}
	done := float64(step-c.WarmupSteps) / float64(max(1, c.MaxSteps-c.WarmupSteps))
	switch c.Scheduler {
	case "constant":
		return c.LearningRate
	case "cosine":
		return c.LearningRate * 0.5 * (1 + math.Cos(math.Pi*done))
	default:
		return c.LearningRate * float64(c.MaxSteps-step) / float64(max(1, c.MaxSteps-c.WarmupSteps))
	}
}
