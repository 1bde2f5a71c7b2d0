package losscurve

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/loss"
)

// Values by hand at a gap of 5 and beta 0.1: DPO's margin is 0.5, and its two pushes are opposite and equal. The hinge is 0 and pushes
// no more from a margin of 1 on. IPO pulls the gap per token, gap/40, to 1/(2β) = 5. Every loss can be drawn.
func TestOf(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	scalars := loss.Scalars[float64]{Beta: 0.1, Penalty: 50, Target: 0.5, Desirable: 1, Undesirable: 1, LabelSmoothing: 0.1}
	sigma := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for lossType, want := range map[string][3]float64{
		"sigmoid": {0.9*-math.Log(sigma(0.5)) + 0.1*-math.Log(sigma(-0.5)), 0.1 * (0.9 - sigma(0.5)), -0.1 * (0.9 - sigma(0.5))},
		"hinge":   {0.5, 0.1, -0.1},
		"ipo":     {math.Pow(5./40-5, 2), -2 * (5./40 - 5) / 40, 2 * (5./40 - 5) / 40},
	} {
		c, err := Of(backend, lossType, scalars, []float64{0, 5, 40})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range [3]float64{c.Loss[1], c.Chosen[1], c.Rejected[1]} {
			if math.Abs(got-want[i]) > 1e-5*math.Max(1, math.Abs(want[i])) {
				t.Errorf("%s, value %d: %g, want %g", lossType, i, got, want[i])
			}
		}
		if lossType == "hinge" && (c.Loss[2] != 0 || c.Chosen[2] != 0) {
			t.Errorf("hinge at a margin of 4: %g, %g", c.Loss[2], c.Chosen[2])
		}
	}
	for _, lossType := range loss.Types() {
		c, err := Of(backend, lossType, scalars, []float64{-10, 0, 10})
		if err != nil {
			t.Errorf("%s: %v", lossType, err)
			continue
		}
		for i := range 3 {
			if bad := c.Loss[i] + c.Chosen[i] + c.Rejected[i]; math.IsNaN(bad) || math.IsInf(bad, 0) {
				t.Errorf("%s has %g, %g, %g", lossType, c.Loss[i], c.Chosen[i], c.Rejected[i])
			}
		}
	}
	c := Curve{Loss: []float64{3, 2, 1.5}, Chosen: []float64{1, 0.5, 0.2}, Rejected: []float64{-1, -0.3, 0}}.Relative(1)
	if want := (Curve{Loss: []float64{2.5, 0, -1.25}, Chosen: []float64{2.5, 1.25, 0.5}, Rejected: []float64{-2.5, -0.75, 0}}); !near(c.Loss, want.Loss) || !near(c.Chosen, want.Chosen) || !near(c.Rejected, want.Rejected) {
		t.Errorf("relative to the middle: %v, want %v", c, want)
	}
	if _, err := Of(backend, "nothing", scalars, []float64{0}); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("an unknown loss: %v", err)
	}
}

func near(got, want []float64) bool {
	return slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })
}
