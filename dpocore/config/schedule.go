package config

import (
	"fmt"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/internal/wording"
)

// The learning-rate schedules, under transformers' names. All but Constant begin with the warm-up.
const (
	Linear             = "linear"               // linearly to 0 at the last step
	Cosine             = "cosine"               // half a cosine to 0 (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983)
	CosineWithMinLR    = "cosine_with_min_lr"   // half a cosine to the floor
	Constant           = "constant"             // stays at the peak, from the first step on
	ConstantWithWarmup = "constant_with_warmup" // stays at the peak
	WarmupStableDecay  = "warmup_stable_decay"  // stays at the peak, then half a cosine to the floor (Hu et al. 2024, https://arxiv.org/abs/2404.06395)
)

// Schedulers lists the values of Config.Scheduler.
var Schedulers = []string{Linear, Cosine, CosineWithMinLR, Constant, ConstantWithWarmup, WarmupStableDecay}

// withFloor lists the schedules that use Config.MinLRRate.
var withFloor = []string{CosineWithMinLR, WarmupStableDecay}

// RateAt returns the learning rate of a step, counted from 0, as the schedulers of transformers compute it.
func (c Config) RateAt(step int) float64 { return c.LearningRate * c.rateFactor(step) }

// rateFactor is a step's share of the peak learning rate.
func (c Config) rateFactor(step int) float64 {
	if c.Scheduler == Constant {
		return 1
	}
	above := func(share float64) float64 { return share*(1-c.MinLRRate) + c.MinLRRate }
	if step < c.WarmupSteps {
		rise := float64(step) / float64(c.WarmupSteps)
		if c.Scheduler == WarmupStableDecay { // which begins at the floor
			return above(rise)
		}
		return rise
	}
	afterWarmup := float64(max(1, c.MaxSteps-c.WarmupSteps))
	halfCosine := func(done float64) float64 { return above(0.5 * (1 + math.Cos(math.Pi*done))) }
	switch c.Scheduler {
	case ConstantWithWarmup:
		return 1
	case Cosine, CosineWithMinLR:
		return halfCosine(float64(step-c.WarmupSteps) / afterWarmup)
	case WarmupStableDecay:
		left := c.MaxSteps - step
		return halfCosine(max(0, float64(c.DecaySteps.Int()-left)/float64(max(1, c.DecaySteps.Int()))))
	default:
		return float64(c.MaxSteps-step) / afterWarmup
	}
}

// ConstantRate reports whether a step's learning rate does not depend on how many follow.
func (c Config) ConstantRate() bool {
	return c.Scheduler == Constant || c.Scheduler == ConstantWithWarmup
}

func checkFloor(c Config) error {
	switch {
	case bounds.Share(c.MinLRRate) != "":
		return fmt.Errorf("the floor of the learning rate is %g of the peak; it must be %s", c.MinLRRate, bounds.Share(c.MinLRRate))
	case c.MinLRRate > 0 && slices.Contains(Schedulers, c.Scheduler) && !slices.Contains(withFloor, c.Scheduler):
		return fmt.Errorf("the floor of the learning rate is %g of the peak, but the scheduler %q has none; leave it out, or choose %s", c.MinLRRate, c.Scheduler, wording.Or(withFloor))
	case c.MinLRRate == 0 && c.Scheduler == CosineWithMinLR:
		return fmt.Errorf("the scheduler %q needs a floor of the learning rate; set min_lr_rate, its share of the peak (0.1 is a good start), or choose %s", CosineWithMinLR, Cosine)
	}
	return nil
}

func checkDecay(c Config) error {
	must := c.DecaySteps.must()
	switch {
	case must != "":
		return fmt.Errorf("the decay of the learning rate is %s steps; it must be %s", c.DecaySteps, must)
	case c.DecaySteps == 0 && c.Scheduler == WarmupStableDecay:
		return fmt.Errorf("the scheduler %q needs the length of its decay; set num_decay_steps (0.1, a tenth of the run, is a good start)", WarmupStableDecay)
	case c.DecaySteps != 0 && slices.Contains(Schedulers, c.Scheduler) && c.Scheduler != WarmupStableDecay:
		return fmt.Errorf("the decay of the learning rate is %s steps, but the scheduler %q has none; leave it out, or choose %s", c.DecaySteps, c.Scheduler, WarmupStableDecay)
	}
	return nil
}
