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

	"example.com/gonb-dpo/plots/internal/legend"
)

// Figure is one panel, or rows of panels.
type Figure struct {
	Name          string    // of its files without extension, such as "loss"
	Width, Height vg.Length // in points; use vg.Inch
	panels        [][]panel // rows of equal length, not empty
}

// single is a figure of one panel in the proportions of half a slide, plus the height of a long legend.
func single(name string, p panel) Figure {
	f := Figure{Name: name, Width: 7 * vg.Inch, Height: 4.2 * vg.Inch, panels: [][]panel{{p}}}
	f.Height += f.legendExcess()
	return f
}

// wide is a figure of rows of panels, in inches.
func wide(name string, width, height float64, rows ...[]panel) Figure {
	return Figure{Name: name, Width: vg.Length(width) * vg.Inch, Height: vg.Length(height) * vg.Inch, panels: rows}
}

// legendExcess is the height of the legend rows beyond two, in the first row of panels.
func (f Figure) legendExcess() vg.Length {
	excess, width := 0, f.Width/vg.Length(len(f.panels[0]))-2*outerSpace
	for _, p := range f.panels[0] {
		excess = max(excess, len(legend.Rows(p.entries(), width, legendStyle))-2)
	}
	return legend.RowHeight * vg.Length(excess)
}

// PNG writes the figure at 200 dots per inch.
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

// SVG writes the figure as text and paths. The font list has fallbacks of the same widths for viewers without
// Liberation Sans.
func (f Figure) SVG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	canvas := vgsvg.New(f.Width, f.Height)
	fillRectangle(draw.New(canvas), color.White, vg.Rectangle{Max: vg.Point{X: f.Width, Y: f.Height}}) // also on a dark page
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

// maxSide is the maximum width and height of a figure.
const maxSide = 40 * vg.Inch

// check returns an error if the figure can't be drawn.
func (f Figure) check() error {
	if len(f.panels) == 0 {
		return fmt.Errorf("draw figure %q: it has no panels; create it with Loss, Overview or another function of this package", f.Name)
	}
	for _, side := range []vg.Length{f.Width, f.Height} {
		if !(side >= vg.Inch && side <= maxSide) { // NaN too
			return fmt.Errorf("draw figure %q: it is %.3g by %.3g inches; set both sides from 1 to %g inches",
				f.Name, f.Width/vg.Inch, f.Height/vg.Inch, maxSide/vg.Inch)
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
