package plots

import (
	"math"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
)

// Curves divides margins by each run's beta, and does not change the record.
func TestCurvesWithoutBeta(t *testing.T) {
	h := metrics.History{Steps: []metrics.Event{{Step: 1, PairMeans: metrics.PairMeans{RewardsMargins: 0.3}}}}
	figure := Curves([]Swept{{Name: "a", Beta: 0.1, History: h}, {Name: "b", Beta: 0.3, History: h}})
	gap := figure.panels[0][1]
	if a, b := gap.lines[0].points[0].Y, gap.lines[1].points[0].Y; math.Abs(a-3) > 1e-12 || b != 1 {
		t.Errorf("gaps of %g and %g", a, b)
	}
	if h.Steps[0].RewardsMargins != 0.3 {
		t.Error("the record was changed")
	}
}
