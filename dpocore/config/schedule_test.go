package config

import (
	"math"
	"testing"
)

// TestRatesAreTransformers: the rates of 10 steps with 3 of warm-up and a peak of 5e-5, recorded from get_scheduler of
// transformers 5.23; with min_lr_rate 0.1 (its min_lr_ratio), and a decay of 4 steps.
func TestRatesAreTransformers(t *testing.T) {
	for scheduler, want := range map[string][10]float64{
		Linear:             {0, 1.6666666666666667e-05, 3.3333333333333335e-05, 5e-05, 4.2857142857142856e-05, 3.571428571428572e-05, 2.857142857142857e-05, 2.1428571428571428e-05, 1.4285714285714285e-05, 7.142857142857143e-06},
		Cosine:             {0, 1.6666666666666667e-05, 3.3333333333333335e-05, 5e-05, 4.752422169756048e-05, 4.058724504646834e-05, 3.056302334890786e-05, 1.9436976651092144e-05, 9.412754953531663e-06, 2.475778302439524e-06},
		CosineWithMinLR:    {0, 1.6666666666666667e-05, 3.3333333333333335e-05, 5e-05, 4.777179952780443e-05, 4.1528520541821506e-05, 3.250672101401707e-05, 2.249327898598293e-05, 1.3471479458178499e-05, 7.228200472195573e-06},
		Constant:           {5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05},
		ConstantWithWarmup: {0, 1.6666666666666667e-05, 3.3333333333333335e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 5e-05},
		WarmupStableDecay:  {5e-06, 2e-05, 3.5e-05, 5e-05, 5e-05, 5e-05, 5e-05, 4.340990257669732e-05, 2.7500000000000004e-05, 1.1590097423302684e-05},
	} {
		c := Default()
		c.Scheduler, c.MaxSteps, c.WarmupSteps = scheduler, 10, 3
		if scheduler == CosineWithMinLR || scheduler == WarmupStableDecay {
			c.MinLRRate = 0.1
		}
		if scheduler == WarmupStableDecay {
			c.DecaySteps = 4
		}
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", scheduler, err)
		}
		for step, rate := range want {
			if got := c.RateAt(step); math.Abs(got-rate) > 1e-20 {
				t.Errorf("%s, step %d: %v, want %v", scheduler, step, got, rate)
			}
		}
	}
	if len(Schedulers) != 6 {
		t.Error("a scheduler has no recorded rates")
	}
}
