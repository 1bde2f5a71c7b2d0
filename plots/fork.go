package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots/internal/look"
)

// fork is a labelled dashed line at the step where a run was forked from another one. 0 draws nothing.
type fork int

// Plot draws the line over the whole height, with the label beside its lower end.
func (f fork) Plot(c draw.Canvas, p *plot.Plot) {
	if f == 0 {
		return
	}
	trX, _ := p.Transforms(&c)
	x := trX(float64(f))
	c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: dashedWidth, Dashes: look.Dashes}, x, c.Min.Y, x, c.Max.Y)
	style := sans(tickSize, axisColor)
	at := vg.Point{X: x + 3, Y: c.Min.Y + 2}
	if at.X+style.Width("fork") > c.Max.X {
		at.X = x - 3 - style.Width("fork")
	}
	c.FillText(style, at, "fork")
}

// sinceFork is a series without the steps before the run's fork, which are another run's.
func sinceFork(h metrics.History, steps, values []float64) ([]float64, []float64) {
	for i, step := range steps {
		if int(step) >= h.ForkedAt {
			return steps[i:], values[i:]
		}
	}
	return nil, nil
}
