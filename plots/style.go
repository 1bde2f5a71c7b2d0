package plots

import (
	"image/color"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The palette of Okabe and Ito (2008), which readers with any of the common kinds
// of colour blindness can tell apart; its yellow is too pale for a line on white.
var (
	blue       = color.NRGBA{R: 0x00, G: 0x72, B: 0xB2, A: 0xFF}
	vermillion = color.NRGBA{R: 0xD5, G: 0x5E, B: 0x00, A: 0xFF}
	green      = color.NRGBA{R: 0x00, G: 0x9E, B: 0x73, A: 0xFF}
	orange     = color.NRGBA{R: 0xE6, G: 0x9F, B: 0x00, A: 0xFF}
	purple     = color.NRGBA{R: 0xCC, G: 0x79, B: 0xA7, A: 0xFF}
	sky        = color.NRGBA{R: 0x56, G: 0xB4, B: 0xE9, A: 0xFF}
	black      = color.NRGBA{A: 0xFF}
)

// cycle is the order in which the runs of an overlay take their colours.
var cycle = []color.NRGBA{blue, vermillion, green, orange, purple, sky, black}

var (
	inkColor  = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xFF} // titles, legends
	axisColor = color.NRGBA{R: 0x55, G: 0x55, B: 0x55, A: 0xFF} // axes, their labels, references
	gridColor = color.NRGBA{R: 0xE4, G: 0xE4, B: 0xE4, A: 0xFF}
	haloColor = color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0xD8} // behind a text over the data
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

// faint is the colour for what stands behind the line to read.
func faint(c color.NRGBA) color.NRGBA { return withAlpha(c, 0x58) }

func withAlpha(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// sans gives the text style of every text in a figure: no serifs, anchored at its
// lower left corner.
func sans(size vg.Length, ink color.Color) text.Style {
	face := plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	return text.Style{
		Color:   ink,
		Font:    face,
		XAlign:  draw.XLeft,
		YAlign:  draw.YBottom,
		Handler: plot.DefaultTextHandler,
	}
}

func bold(style text.Style) text.Style {
	style.Font.Weight = font.WeightBold
	return style
}

var dashes = []vg.Length{vg.Points(5), vg.Points(3.5)}
