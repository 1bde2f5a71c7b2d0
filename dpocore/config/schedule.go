package config

import "math"

// The learning-rate schedules after warm-up.
const (
	Linear   = "linear"   // linearly to 0 at the last step
	Cosine   = "cosine"   // half a cosine to 0 (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983)
	Constant = "constant" // stays at the peak
)

// Schedulers lists the values of Config.Scheduler.
var Schedulers = []string{Linear, Cosine, Constant}

// RateAt returns the learning rate of a step, counted from 0, as the schedulers of transformers compute it: it
// rises linearly from 0 during warm-up and then follows the schedule.
func (c Config) RateAt(step int) float64 {
	if step < c.WarmupSteps {
		return c.LearningRate * float64(step) / float64(c.WarmupSteps)
	}
	decaySteps := float64(max(1, c.MaxSteps-c.WarmupSteps))
	switch c.Scheduler {
	case Constant:
		return c.LearningRate
	case Cosine:
		done := float64(step-c.WarmupSteps) / decaySteps
		return c.LearningRate * 0.5 * (1 + math.Cos(math.Pi*done))
	default:
		return c.LearningRate * float64(c.MaxSteps-step) / decaySteps
	}
}
