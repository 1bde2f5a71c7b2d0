package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The palette of Okabe and Ito (2008), which is safe for all common kinds of colour blindness, without its yellow,
// which is too pale for a line on white.
var (
	blue       = color.NRGBA{R: 0x00, G: 0x72, B: 0xB2, A: 0xFF}
	vermillion = color.NRGBA{R: 0xD5, G: 0x5E, B: 0x00, A: 0xFF}
	green      = color.NRGBA{R: 0x00, G: 0x9E, B: 0x73, A: 0xFF}
	orange     = color.NRGBA{R: 0xE6, G: 0x9F, B: 0x00, A: 0xFF}
	purple     = color.NRGBA{R: 0xCC, G: 0x79, B: 0xA7, A: 0xFF}
	sky        = color.NRGBA{R: 0x56, G: 0xB4, B: 0xE9, A: 0xFF}
	black      = color.NRGBA{A: 0xFF}
)

// cycle is the colours of the runs in an overlay, in order.
var cycle = []color.NRGBA{blue, vermillion, green, orange, purple, sky, black}

var (
	inkColor  = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xFF} // titles, legends
	axisColor = color.NRGBA{R: 0x55, G: 0x55, B: 0x55, A: 0xFF} // axes, their labels, references
	gridColor = color.NRGBA{R: 0xE4, G: 0xE4, B: 0xE4, A: 0xFF}
	haloColor = color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0xD8} // behind text on top of data
)

const (
	dpi = 200

	lineWidth   = vg.Length(1.6)
	faintWidth  = vg.Length(0.9)
	dashedWidth = vg.Length(1.1)
	markRadius  = vg.Length(2.6)

	titleSize  = vg.Length(13)
	labelSize  = vg.Length(10.5) // axis labels, legends
	tickSize   = vg.Length(9.5)
	outerSpace = vg.Length(10) // between a panel and the figure's edge
	panelSpace = vg.Length(20) // between two panels
)

// faint is the colour of a background line.
func faint(c color.NRGBA) color.NRGBA { return withAlpha(c, 0x58) }

func withAlpha(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// sans is the style of all text in a figure: sans serif, anchored at its lower left corner.
func sans(size vg.Length, ink color.Color) text.Style {
	return text.Style{
		Color: ink, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: draw.XLeft, YAlign: draw.YBottom, Handler: plot.DefaultTextHandler,
	}
}

var legendStyle = sans(labelSize, inkColor)

var dashes = []vg.Length{vg.Points(5), vg.Points(3.5)}
