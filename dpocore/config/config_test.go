package config

import (
	"math"
	"strings"
	"testing"
)

func TestValidateNamesEveryFault(t *testing.T) {
	c := Default()
	if err := c.Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	c.Beta, c.LoRARank, c.BatchSize, c.MaxLength, c.LearningRate, c.LossType = math.NaN(), 0, -1, 4, math.Inf(1), "sigmoyd"
	err := c.Validate()
	if err == nil {
		t.Fatal("an invalid configuration is accepted")
	}
	for _, want := range []string{"beta is NaN; it must be a finite number above 0", "rank is 0", "batch size is -1 pairs", "length is 4", "rate is +Inf", `"sigmoyd"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestLearningRate: the 50 rates of a run with 5 warm-up steps, as transformers' scheduler gives them: 0, 1/5, … 1, then
// 44/45 … 1/45 of the peak.
func TestLearningRate(t *testing.T) {
	c := Default()
	for step, want := range map[int]float64{0: 0, 1: 1e-5, 4: 4e-5, 5: 5e-5, 6: 5e-5 * 44 / 45, 49: 5e-5 / 45} {
		if got := c.RateAt(step); math.Abs(got-want) > 1e-18 {
			t.Errorf("step %d: %g, want %g", step, got, want)
		}
	}
	c.WarmupSteps = 0
	if got := c.RateAt(0); got != 5e-5 {
		t.Errorf("without warm-up the first rate is %g", got)
	}
	c.WarmupSteps = 100
	if got := c.RateAt(49); math.Abs(got-5e-5*49/100) > 1e-18 {
		t.Errorf("a warm-up longer than the run: %g", got)
	}
}
