package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one set of axes with what is drawn in it. All lines share the x axis, of
// optimizer steps unless it is named otherwise.
type panel struct {
	title, yLabel string
	x             *xAxis // nil for optimizer steps
	bands         []band
	lines         []line // drawn in order, the last on top
	references    []reference
	percent       bool    // y runs from 0 to 1 and is written in percent
	close         bool    // with percent: from the least value to the greatest
	leastSpan     float64 // y spans at least this, so that rounding doesn't look like a result
	nothing       string  // written when no line has a point
}

// xAxis is an x axis of something else than steps. It spans the data.
type xAxis struct {
	label     string
	percent   bool
	whole     bool // whole numbers alone
	leastSpan float64
}

// plot gives the panel's axes and data in gonum's terms, without title and legend.
func (p panel) plot() *plot.Plot {
	out := plot.New()
	out.BackgroundColor = nil
	if p.x == nil {
		styleAxis(&out.X, "Optimizer step", ticks{atMost: 7, whole: true})
	} else {
		styleAxis(&out.X, p.x.label, ticks{atMost: 7, percent: p.x.percent, whole: p.x.whole})
	}
	styleAxis(&out.Y, p.yLabel, ticks{atMost: 6, percent: p.percent})
	grid := draw.LineStyle{Color: gridColor, Width: vg.Points(0.7)}
	out.Add(&plotter.Grid{Vertical: grid, Horizontal: grid})
	for _, b := range p.bands {
		out.Add(b)
	}
	if p.empty() { // no scale either: there is nothing to measure
		out.X.Tick.Marker, out.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
		p.references = nil
	}
	for _, r := range p.references {
		r.around = p.lines
		out.Add(r)
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

// xRange spans the steps of all lines, from 0 unless they begin late, with room
// for a dot at the end.
func (p panel) xRange() (low, high float64) {
	if p.x != nil {
		return p.x.span(p.lines)
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range p.lines {
		for _, piece := range pieces(l.points) {
			low, high = min(low, piece[0].X), max(high, piece[len(piece)-1].X)
		}
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

// yRange spans all lines and references with a margin, and at least leastSpan.
func (p panel) yRange() (low, high float64) {
	if p.percent && !p.close {
		return -0.03, 1.03
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range p.lines {
		for _, piece := range pieces(l.points) {
			for _, xy := range piece {
				low, high = min(low, xy.Y), max(high, xy.Y)
			}
		}
	}
	for _, r := range p.references {
		low, high = min(low, r.level), max(high, r.level)
	}
	if low > high {
		return 0, 1
	}
	least := max(p.leastSpan, 1e-6*max(-low, high), 1e-9)
	if short := least - (high - low); short > 0 {
		low, high = low-short/2, high+short/2
	}
	margin := 0.06 * (high - low)
	for _, r := range p.references {
		if r.label != "" && r.level == high {
			high += margin / 2 // room for the label above it
		}
	}
	return low - margin, high + margin
}

// empty tells that no line has a point to draw.
func (p panel) empty() bool {
	for _, l := range p.lines {
		if len(pieces(l.points)) > 0 {
			return false
		}
	}
	return true
}

// entries gives the legend: lines and bands that have a label and something to show.
func (p panel) entries() []entry {
	var all []entry
	for _, l := range p.lines {
		if l.label != "" && len(pieces(l.points)) > 0 {
			all = append(all, entry{l.label, l})
		}
	}
	for _, b := range p.bands {
		if b.label != "" && len(pieces(b.above)) > 0 && len(pieces(b.below)) > 0 {
			all = append(all, entry{b.label, b})
		}
	}
	return all
}
