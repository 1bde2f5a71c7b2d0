package plots

import (
	"math"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
)

// The frontier excludes runs that are farther without being more accurate, and the less accurate of two equally close ones.
func TestFrontierPoints(t *testing.T) {
	point := func(kl, accuracy float64) sweep.Setting {
		return sweep.Setting{Replicated: evaluation.Replicated{KL: statistics.Estimate{Value: kl}, Accuracy: statistics.Estimate{Value: accuracy}}}
	}
	got := frontier([]sweep.Setting{point(3, 0.9), point(1, 0.6), point(2, 0.55), point(1, 0.7), point(4, 0.9), point(5, 0.95)})
	want := [][2]float64{{1, 0.7}, {3, 0.9}, {5, 0.95}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, xy := range got {
		if xy.X != want[i][0] || xy.Y != want[i][1] {
			t.Errorf("point %d is %v, want %v", i, xy, want[i])
		}
	}
}

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
