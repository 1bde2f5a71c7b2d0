package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/look"
)

// line is one line of a panel. It is in the legend if it has a label.
type line struct {
	label  string
	points plotter.XYs
	color  color.NRGBA
	width  vg.Length
	marked bool // a mark at each point
	dashes []vg.Length
	shape  draw.GlyphDrawer // of marks; nil for a dot
}

// dots is a line with a mark at each point.
func dots(label string, points plotter.XYs, c color.NRGBA) line {
	return line{label: label, points: points, color: c, width: lineWidth, marked: true}
}

// Plot draws the line with its gaps. A point between two gaps is a dot.
func (l line) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	for _, piece := range curve.Pieces(l.points) {
		at := make([]vg.Point, len(piece))
		for i, xy := range piece {
			at[i] = vg.Point{X: trX(xy.X), Y: trY(xy.Y)}
		}
		c.StrokeLines(l.stroke(), at)
		if l.marked || len(at) == 1 {
			for _, point := range at {
				l.mark(&c, point)
			}
		}
	}
}

func (l line) stroke() draw.LineStyle {
	return draw.LineStyle{Color: l.color, Width: l.width, Dashes: l.dashes}
}

// numbered gives the line the look of the series with a number.
func (l line) numbered(series int) line {
	as := look.Of(series)
	l.color, l.dashes, l.shape = as.Color, as.Dashes, as.Mark
	return l
}

// mark draws one mark; a marked line's has a white ring that separates it from other lines.
func (l line) mark(c *draw.Canvas, at vg.Point) {
	if !l.marked {
		c.DrawGlyph(draw.GlyphStyle{Color: l.color, Radius: l.width * 1.3, Shape: draw.CircleGlyph{}}, at)
		return
	}
	c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: markRadius + 0.8, Shape: draw.CircleGlyph{}}, at)
	var shape draw.GlyphDrawer = draw.CircleGlyph{}
	if l.shape != nil {
		shape = l.shape
	}
	c.DrawGlyph(draw.GlyphStyle{Color: l.color, Radius: markRadius, Shape: shape}, at)
}

// Thumbnail draws the line's legend sample.
func (l line) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	c.StrokeLine2(l.stroke(), c.Min.X, y, c.Max.X, y)
	if l.marked {
		l.mark(c, vg.Point{X: c.Center().X, Y: y})
	}
}

// band fills the area between two lines over the same steps.
type band struct {
	label        string
	above, below plotter.XYs
	color        color.NRGBA
}

// Plot fills the band, except where either line has a gap.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	joint := make(plotter.XYs, min(len(b.above), len(b.below)))
	for i := range joint {
		joint[i] = plotter.XY{X: b.above[i].X, Y: b.above[i].Y - b.below[i].Y}
	}
	start := 0
	for _, piece := range curve.Pieces(joint) {
		for joint[start] != piece[0] {
			start++
		}
		n := len(piece)
		ring := make([]vg.Point, 2*n)
		for i := range n {
			above, below := b.above[start+i], b.below[start+i]
			ring[i] = vg.Point{X: trX(above.X), Y: trY(above.Y)}
			ring[2*n-1-i] = vg.Point{X: trX(below.X), Y: trY(below.Y)}
		}
		c.FillPolygon(b.color, ring)
		start += n
	}
}

// Thumbnail draws the band's legend sample.
func (b band) Thumbnail(c *draw.Canvas) {
	fillRectangle(*c, b.color, c.Rectangle)
}

func fillRectangle(c draw.Canvas, fill color.Color, r vg.Rectangle) {
	c.FillPolygon(fill, []vg.Point{r.Min, {X: r.Min.X, Y: r.Max.Y}, r.Max, {X: r.Max.X, Y: r.Min.Y}})
}
