package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
