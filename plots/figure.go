package plots

import (
	"bytes"
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

// single gives a figure of one panel, in the proportions of half a slide, and
// higher by the rows that a long legend takes.
func single(name string, p panel) Figure {
	f := Figure{Name: name, Width: 7 * vg.Inch, Height: 4.2 * vg.Inch, panels: [][]panel{{p}}}
	rows := len(legendRows(p.entries(), f.Width-2*outerSpace))
	f.Height += legendHeight * vg.Length(max(rows-2, 0))
	return f
}

// PNG draws the figure at 200 dots an inch.
func (f Figure) PNG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	canvas := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	if err := f.draw(draw.New(canvas)); err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed} // a third of the time, a fifth more bytes
	if err := encoder.Encode(w, canvas.Image()); err != nil {
		return fmt.Errorf("write figure %s as PNG: %w", f.Name, err)
	}
	return nil
}

// SVG draws the figure as text and paths. A viewer without Liberation Sans finds
// fonts of the same widths named after it.
func (f Figure) SVG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	canvas := vgsvg.New(f.Width, f.Height)
	if err := f.draw(draw.New(canvas)); err != nil {
		return err
	}
	var document bytes.Buffer
	_, err := canvas.WriteTo(&document)
	if err == nil {
		const family = "font-family:Liberation Sans"
		_, err = w.Write(bytes.ReplaceAll(document.Bytes(), []byte(family), []byte(family+",Arial,Helvetica,sans-serif")))
	}
	if err != nil {
		return fmt.Errorf("write figure %s as SVG: %w", f.Name, err)
	}
	return nil
}

// largest is the greatest width and height of a figure.
const largest = 40 * vg.Inch

// check tells what keeps the figure from being drawn at all.
func (f Figure) check() error {
	if len(f.panels) == 0 {
		return fmt.Errorf("draw figure %q: it has no panels; make it with Loss, Overview or another function of this package", f.Name)
	}
	for _, side := range []vg.Length{f.Width, f.Height} {
		if !(side >= vg.Inch && side <= largest) { // NaN too
			return fmt.Errorf("draw figure %q: it is %.3g by %.3g inches, but both must lie from 1 to %g",
				f.Name, f.Width/vg.Inch, f.Height/vg.Inch, largest/vg.Inch)
		}
	}
	return nil
}

func (f Figure) draw(c draw.Canvas) error {
	grid, err := layOut(c, f.panels)
	if err != nil {
		return fmt.Errorf("draw figure %q: %w", f.Name, err)
	}
	for _, row := range grid {
		for _, p := range row {
			p.draw()
		}
	}
	return nil
}
