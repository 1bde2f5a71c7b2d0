package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// reference is a dashed level with its meaning written at it.
type reference struct {
	level  float64
	label  string
	around []line // the data that the label should not lie on
}

// Plot draws the level and puts the label above or below it, where it lies on the
// least data, as far right as can be.
func (r reference) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	y := trY(r.level)
	c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: dashedWidth, Dashes: dashes}, c.Min.X, y, c.Max.X, y)
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
	c.FillPolygon(haloColor, []vg.Point{best.Min, {X: best.Min.X, Y: best.Max.Y}, best.Max, {X: best.Max.X, Y: best.Min.Y}})
	c.FillText(style, vg.Point{X: best.Min.X + 2, Y: best.Min.Y + 2}, r.label)
}

// places gives the boxes where a label of this size may stand, in order of
// preference; those that would leave the panel are left out while one remains.
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

// crossings counts the points of a line in the box, looking at 4 places between
// each two neighbours.
func crossings(box vg.Rectangle, points plotter.XYs, trX, trY func(float64) vg.Length) int {
	count := 0
	for _, piece := range pieces(points) {
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
