package plots

import (
	"fmt"
	"io"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
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

// Points have no dashes, so once the colours repeat their marks differ: five recorded settings and six of the reader's
// are eleven different points in the frontier, and in each panel of the effects.
func TestManySettings(t *testing.T) {
	var settings []sweep.Setting
	for i := range 11 {
		settings = append(settings, sweep.Setting{Name: fmt.Sprint("setting ", i), Replicated: evaluation.Replicated{
			KL: statistics.Estimate{Value: float64(i)}, Accuracy: statistics.Estimate{Value: 0.5},
		}})
	}
	panels := append(Effects(settings).panels[0], Frontier(settings).panels[0][0])
	for _, p := range panels {
		looks := map[string]bool{}
		for _, entry := range p.entries() {
			if l := entry.Sample.(line); l.marked {
				looks[fmt.Sprintf("%v %T", l.color, l.shape)] = true
			}
		}
		if len(looks) != len(settings) {
			t.Errorf("%s: %d looks of %d settings", p.title, len(looks), len(settings))
		}
	}
}

// Figures of one held-out pair have no intervals, and the figure has their points alone.
func TestPointsWithoutIntervals(t *testing.T) {
	one := statistics.Estimate{Value: 0.3, Low: math.Inf(-1), High: math.Inf(1)}
	settings := []sweep.Setting{{Name: "a", Replicated: evaluation.Replicated{KL: one, Accuracy: statistics.Estimate{Value: 1, Low: 0.1, High: 1}}}}
	for _, p := range append(Effects(settings).panels[0], Frontier(settings).panels[0][0]) {
		for _, l := range p.lines {
			for _, point := range l.points {
				if point.X != 0.3 {
					t.Errorf("%s has a mark at %v", p.title, point)
				}
			}
		}
	}
	if err := Frontier(settings).PNG(io.Discard); err != nil {
		t.Error(err)
	}
}

// A sweep of hundreds of settings, as random ones can be, is drawn all the same: its legend would be higher than a figure can be.
func TestHundredsOfSettings(t *testing.T) {
	var runs []Swept
	var settings []sweep.Setting
	for i := range 300 {
		name := fmt.Sprintf("beta-0.%03d,lr-1.23e-05,loss-sigmoid", i)
		runs, settings = append(runs, Swept{Name: name, Beta: 0.1, History: syntheticRun(3, 3, 0.1)}), append(settings, sweep.Setting{Name: name})
	}
	for _, f := range []Figure{Curves(runs), Frontier(settings), Effects(settings)} {
		if err := f.SVG(io.Discard); err != nil || f.Height > 20*vg.Inch {
			t.Errorf("%s is %.0f inches high, error %v", f.Name, f.Height/vg.Inch, err)
		}
	}
}
