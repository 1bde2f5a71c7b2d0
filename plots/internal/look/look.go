// Package look tells the series of a figure apart: by colour, and once the colours repeat by dashes and marks.
package look

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The palette of Okabe and Ito (2008), which is safe for all common kinds of colour blindness, without its yellow,
// which is too pale for a line on white.
var (
	Blue       = color.NRGBA{R: 0x00, G: 0x72, B: 0xB2, A: 0xFF}
	Vermillion = color.NRGBA{R: 0xD5, G: 0x5E, B: 0x00, A: 0xFF}
	Green      = color.NRGBA{R: 0x00, G: 0x9E, B: 0x73, A: 0xFF}
	Orange     = color.NRGBA{R: 0xE6, G: 0x9F, B: 0x00, A: 0xFF}
	Purple     = color.NRGBA{R: 0xCC, G: 0x79, B: 0xA7, A: 0xFF}
	Sky        = color.NRGBA{R: 0x56, G: 0xB4, B: 0xE9, A: 0xFF}
	Black      = color.NRGBA{A: 0xFF}
)

var colors = []color.NRGBA{Blue, Vermillion, Green, Orange, Purple, Sky, Black}

// Look is how a series is drawn.
type Look struct {
	Color  color.NRGBA
	Dashes []vg.Length // nil for a solid line
	Mark   draw.GlyphDrawer
}

// styles is what distinguishes the first series of a colour from the next ones.
var styles = []Look{
	{Mark: draw.CircleGlyph{}},
	{Mark: draw.PyramidGlyph{}, Dashes: Dashes},
	{Mark: draw.BoxGlyph{}, Dashes: []vg.Length{1.5, 2.5}},
	{Mark: draw.RingGlyph{}, Dashes: []vg.Length{7, 2.5, 1.5, 2.5}},
	{Mark: draw.TriangleGlyph{}, Dashes: []vg.Length{11, 4}},
	{Mark: draw.SquareGlyph{}, Dashes: []vg.Length{7, 2.5, 1.5, 2.5, 1.5, 2.5}},
}

// Dashes is the pattern of a dashed line, in points.
var Dashes = []vg.Length{5, 3.5}

// Of returns the look of a series by its number, counted from 0. Looks repeat after 42 series.
func Of(series int) Look {
	look := styles[series/len(colors)%len(styles)]
	look.Color = colors[series%len(colors)]
	return look
}
