package plots

import (
	"fmt"
	"image/color"
	"image/png"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is a picture to draw: one panel, or several in rows.
type Figure struct {
	Name          string    // what WriteRun calls its files, such as "loss"
	Width, Height vg.Length // vg.Inch is the unit to set them in
	panels        [][]panel // rows of equal length
}

// single gives a figure of one panel, in the proportions of half a slide.
func single(name string, p panel) Figure {
	return Figure{Name: name, Width: 7 * vg.Inch, Height: 4.2 * vg.Inch, panels: [][]panel{{p}}}
}

// PNG draws the figure at 200 dots an inch.
func (f Figure) PNG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	canvas := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	f.draw(draw.New(canvas))
	encoder := png.Encoder{CompressionLevel: png.BestSpeed} // a third of the time, a fifth more bytes
	if err := encoder.Encode(w, canvas.Image()); err != nil {
		return fmt.Errorf("write figure %s as PNG: %w", f.Name, err)
	}
	return nil
}

// SVG draws the figure as text and paths; a viewer without Liberation Sans takes
// its own font of the same widths.
func (f Figure) SVG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	canvas := vgsvg.New(f.Width, f.Height)
	f.draw(draw.New(canvas))
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("write figure %s as SVG: %w", f.Name, err)
	}
	return nil
}

// check tells what keeps the figure from being drawn.
func (f Figure) check() error {
	if len(f.panels) == 0 {
		return fmt.Errorf("draw figure %q: it has no panels; make it with Loss, Overview or another function of this package", f.Name)
	}
	if f.Width < 2*vg.Inch || f.Height < 2*vg.Inch || f.Width > 40*vg.Inch || f.Height > 40*vg.Inch {
		return fmt.Errorf("draw figure %q: width %.3g and height %.3g inches must both lie from 2 to 40",
			f.Name, f.Width/vg.Inch, f.Height/vg.Inch)
	}
	return nil
}

func (f Figure) draw(c draw.Canvas) {
	for _, row := range layOut(c, f.panels) {
		for _, p := range row {
			p.draw()
		}
	}
}
