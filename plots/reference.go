package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/look"
)

// reference is a labelled dashed line at a level of y.
type reference struct {
	level  float64
	label  string
	around []line // lines that the label should not cover
}

var (
	coinToss     = []reference{{level: 0.5, label: "coin toss"}}
	noPreference = []reference{{level: 0, label: "no preference"}}
)

// Plot draws the level, with the label above or below it where it covers as little data as possible, as far right as possible.
func (r reference) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	y := trY(r.level)
	c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: dashedWidth, Dashes: look.Dashes}, c.Min.X, y, c.Max.X, y)
	if r.label == "" {
		return
	}
	style := sans(tickSize, axisColor)
	var best vg.Rectangle
	fewest := -1
	for _, box := range r.places(c, y, vg.Point{X: style.Width(r.label), Y: style.FontExtents().Height}) {
		covered := 0
		for _, l := range r.around {
			covered += int(l.width*10) * crossings(box, l.points, trX, trY)
		}
		if fewest < 0 || covered < fewest {
			best, fewest = box, covered
		}
	}
	fillRectangle(c, haloColor, best)
	c.FillText(style, vg.Point{X: best.Min.X + 2, Y: best.Min.Y + 2}, r.label)
}

// places is the possible boxes of a label of this size, in order of preference: those inside the panel, or if there
// are none all of them.
func (r reference) places(c draw.Canvas, y vg.Length, size vg.Point) []vg.Rectangle {
	width, height, gap := size.X+4, size.Y, vg.Length(1.5)
	var inside, all []vg.Rectangle
	for part := range 13 { // from right to left
		x := c.Max.X - width - vg.Length(part)/12*(c.Max.X-c.Min.X-width)
		for _, low := range []vg.Length{y + gap, y - gap - height} {
			box := vg.Rectangle{Min: vg.Point{X: x, Y: low}, Max: vg.Point{X: x + width, Y: low + height}}
			all = append(all, box)
			if box.Min.Y >= c.Min.Y && box.Max.Y <= c.Max.Y+height/2 {
				inside = append(inside, box)
			}
		}
	}
	if len(inside) > 0 {
		return inside
	}
	return all
}

// crossings counts the points of a line in the box, at 4 positions per segment.
func crossings(box vg.Rectangle, points plotter.XYs, trX, trY func(float64) vg.Length) int {
	count := 0
	for _, piece := range curve.Pieces(points) {
		for i := range piece {
			next := piece[min(i+1, len(piece)-1)]
			for part := 0.0; part < 1; part += 0.25 {
				x := trX(piece[i].X + part*(next.X-piece[i].X))
				y := trY(piece[i].Y + part*(next.Y-piece[i].Y))
				if x >= box.Min.X && x <= box.Max.X && y >= box.Min.Y && y <= box.Max.Y {
					count++
				}
			}
		}
	}
	return count
}
