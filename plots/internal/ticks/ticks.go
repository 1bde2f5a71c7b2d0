// Package ticks marks the axes of plots.
package ticks

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Round marks an axis at round numbers: 1, 2, 2.5 or 5 times a power of ten.
type Round struct {
	AtMost  int  // labelled ticks, at least 2
	Whole   bool // whole numbers only, for steps
	Percent bool // 0.5 reads 50%
}

// Ticks implements plot.Ticker: the marks from low to high, both finite and low below high.
func (t Round) Ticks(low, high float64) []plot.Tick {
	step := roundStep((high-low)/float64(t.AtMost), t.Whole)
	unit, suffix := t.unit(max(-low, high))
	first, last := math.Ceil(low/step-1e-9), math.Floor(high/step+1e-9)
	var marks []plot.Tick
	for i := first; i <= last; i++ {
		marks = append(marks, plot.Tick{Value: i * step, Label: number(i*step/unit, step/unit) + suffix})
	}
	return marks
}

// roundStep is the smallest round number that is at least rough.
func roundStep(rough float64, whole bool) float64 {
	if whole && rough <= 1 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		step := m * power
		if step >= rough*(1-1e-9) && (!whole || step == math.Trunc(step)) {
			return step
		}
	}
	return 10 * power
}

// unit is the unit of an axis's labels, given its maximum value.
func (t Round) unit(largest float64) (unit float64, suffix string) {
	switch {
	case t.Percent:
		return 0.01, "%"
	case largest >= 2e6 && largest < 1e12:
		return 1e6, "M"
	case largest >= 2e4 && largest < 2e6:
		return 1e3, "k"
	}
	return 1, ""
}

// number formats a tick with as many decimals as its step needs, the same for all ticks of an axis. Very small and
// very large steps get an exponent.
func number(value, step float64) string {
	if math.Abs(value) < step/2 {
		value = 0
	}
	var label string
	if step < 1e-4 || step >= 1e7 {
		label = strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(strconv.FormatFloat(value, 'g', 4, 64))
	} else {
		label = strconv.FormatFloat(value, 'f', decimals(step), 64)
	}
	return strings.ReplaceAll(label, "-", "−")
}

// decimals is the number of decimals of a round number of at least 0.0001.
func decimals(step float64) int {
	count := 0
	for math.Abs(step-math.Round(step)) > 1e-6*step && count < 6 {
		step *= 10
		count++
	}
	return count
}
