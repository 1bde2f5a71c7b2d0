package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/legend"
	"example.com/gonb-dpo/plots/internal/ticks"
)

// panel is one set of axes with its data. The x axis is optimizer steps unless x is set.
type panel struct {
	title, yLabel string
	x             *xAxis // nil for optimizer steps
	bands         []band
	lines         []line // in drawing order, the last on top
	references    []reference
	fork          fork    // the step that the run was forked at, or 0
	percent       bool    // y is from 0 to 1, labelled in percent
	zoom          bool    // with percent: y spans the data only
	minSpan       float64 // minimum span of y, so that rounding doesn't look like a result
	empty         string  // the text if no line has a point
}

// xAxis is an x axis other than optimizer steps. It spans the data.
type xAxis struct {
	label   string
	percent bool
	whole   bool // whole numbers only
	minSpan float64
}

// plot is the panel as a gonum plot, without title and legend.
func (p panel) plot() *plot.Plot {
	out := plot.New()
	out.BackgroundColor = nil
	if p.x == nil {
		styleAxis(&out.X, "Optimizer step", ticks.Round{AtMost: 7, Whole: true})
	} else {
		styleAxis(&out.X, p.x.label, ticks.Round{AtMost: 7, Percent: p.x.percent, Whole: p.x.whole})
	}
	styleAxis(&out.Y, p.yLabel, ticks.Round{AtMost: 6, Percent: p.percent})
	grid := draw.LineStyle{Color: gridColor, Width: vg.Points(0.7)}
	out.Add(&plotter.Grid{Vertical: grid, Horizontal: grid})
	for _, b := range p.bands {
		out.Add(b)
	}
	if p.isEmpty() { // no ticks either
		out.X.Tick.Marker, out.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
		p.references = nil
	}
	for _, r := range p.references {
		r.around = p.lines
		out.Add(r)
	}
	if !p.isEmpty() {
		out.Add(p.fork)
	}
	for _, l := range p.lines {
		out.Add(l)
	}
	out.X.Min, out.X.Max = p.xRange()
	out.Y.Min, out.Y.Max = p.yRange()
	return out
}

func styleAxis(axis *plot.Axis, label string, marker plot.Ticker) {
	axis.Label.Text = label
	style := sans(labelSize, axisColor)
	style.XAlign = axis.Label.TextStyle.XAlign
	axis.Label.TextStyle = style
	axis.Label.Padding = vg.Points(5)
	tick := sans(tickSize, axisColor)
	tick.XAlign, tick.YAlign = axis.Tick.Label.XAlign, axis.Tick.Label.YAlign
	axis.Tick.Label = tick
	axis.Tick.Marker = marker
	axis.Tick.Length = vg.Points(3)
	axis.Tick.LineStyle = draw.LineStyle{Color: axisColor, Width: vg.Points(0.7)}
	axis.LineStyle = axis.Tick.LineStyle
	axis.Padding = 0
}

// xRange spans the steps of all lines, from 0 unless they start late, with room for a dot at the end.
func (p panel) xRange() (low, high float64) {
	low, high = extent(p.lines, func(xy plotter.XY) float64 { return xy.X })
	if p.x != nil {
		return curve.Spread(low, high, p.x.minSpan, false)
	}
	if low > high {
		return 0, 10
	}
	if low >= 0 && low <= high/2 || low == 1 {
		low = 0
	}
	room := max((high-low)*0.015, 0.5)
	if low > 0 {
		low -= room
	}
	return low, high + room
}

// yRange spans all lines and references with a margin, and at least minSpan.
func (p panel) yRange() (low, high float64) {
	if p.percent && !p.zoom {
		return -0.03, 1.03
	}
	low, high = extent(p.lines, func(xy plotter.XY) float64 { return xy.Y })
	for _, r := range p.references {
		low, high = min(low, r.level), max(high, r.level)
	}
	labelled := slices.ContainsFunc(p.references, func(r reference) bool { return r.label != "" && r.level == high })
	return curve.Spread(low, high, p.minSpan, labelled)
}

// extent is the range of a coordinate of all drawable points, low above high if there are none.
func extent(lines []line, coordinate func(plotter.XY) float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for _, piece := range curve.Pieces(l.points) {
			for _, xy := range piece {
				low, high = min(low, coordinate(xy)), max(high, coordinate(xy))
			}
		}
	}
	return low, high
}

// isEmpty reports whether no line has a point to draw.
func (p panel) isEmpty() bool {
	low, high := extent(p.lines, func(xy plotter.XY) float64 { return xy.X })
	return low > high
}

// entries is the legend: lines and bands with a label and data.
func (p panel) entries() []legend.Entry {
	var all []legend.Entry
	for _, l := range p.lines {
		if l.label != "" && len(curve.Pieces(l.points)) > 0 {
			all = append(all, legend.Entry{Label: l.label, Sample: l})
		}
	}
	for _, b := range p.bands {
		if b.label != "" && len(curve.Pieces(b.above)) > 0 && len(curve.Pieces(b.below)) > 0 {
			all = append(all, legend.Entry{Label: b.label, Sample: b})
		}
	}
	return all
}
