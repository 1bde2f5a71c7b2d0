package plots

import (
	"fmt"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/gonb-dpo/plots/internal/legend"
)

// placed is a panel with its position.
type placed struct {
	panel
	plot   *plot.Plot
	canvas draw.Canvas // of the axes with their labels, after layout
	head   vg.Point    // upper left corner of title and legend
	rows   [][]legend.Entry
}

// layOut assigns each panel its tile and aligns the axes: the y axes of a column, and the tops of the data areas of
// a row.
func layOut(c draw.Canvas, panels [][]panel) ([][]*placed, error) {
	tiles := draw.Tiles{
		Rows: len(panels), Cols: len(panels[0]),
		PadTop: outerSpace, PadBottom: outerSpace, PadLeft: outerSpace, PadRight: outerSpace,
		PadX: panelSpace, PadY: panelSpace,
	}
	grid := make([][]*placed, tiles.Rows)
	for row := range grid {
		rows := 0
		for column := range tiles.Cols {
			tile := tiles.At(c, column, row)
			p := panels[row][column]
			spot := &placed{panel: p, plot: p.plot(), canvas: tile, head: vg.Point{X: tile.Min.X, Y: tile.Max.Y}}
			spot.rows = legend.Rows(p.entries(), tile.Max.X-tile.Min.X, legendStyle)
			rows = max(rows, len(spot.rows))
			grid[row] = append(grid[row], spot)
		}
		for _, spot := range grid[row] {
			spot.canvas.Max.Y -= titleSize + 5 + legend.RowHeight*vg.Length(rows) + 5
		}
	}
	alignColumns(grid)
	for _, row := range grid {
		for _, spot := range row {
			if size := spot.plot.DataCanvas(spot.canvas).Size(); !(size.X >= minData && size.Y >= minData) {
				return nil, fmt.Errorf("panel %q has no room for data beside title, legend and axes; make the figure larger", spot.title)
			}
		}
	}
	return grid, nil
}

// minData is the minimum width and height of the data area.
const minData = vg.Length(30)

// alignColumns moves the left edges to align the y axes of each column.
func alignColumns(grid [][]*placed) {
	indent := func(p *placed) vg.Length { return p.plot.DataCanvas(p.canvas).Min.X - p.canvas.Min.X }
	for column := range grid[0] {
		widest := vg.Length(0)
		for _, row := range grid {
			widest = max(widest, indent(row[column]))
		}
		for _, row := range grid {
			row[column].canvas.Min.X += widest - indent(row[column])
		}
	}
}

// draw draws the panel from top to bottom: title, legend, axes and data.
func (p *placed) draw() {
	title := sans(titleSize, inkColor)
	title.Font.Weight = font.WeightBold
	p.canvas.FillText(title, vg.Point{X: p.head.X, Y: p.head.Y - titleSize}, p.title)
	legend.Draw(p.canvas, vg.Point{X: p.head.X, Y: p.head.Y - titleSize - 5}, p.rows, legendStyle)
	p.plot.Draw(p.canvas)
	if p.isEmpty() {
		note := sans(labelSize, axisColor)
		note.XAlign, note.YAlign = draw.XCenter, draw.YCenter
		inside := p.plot.DataCanvas(p.canvas)
		p.canvas.FillText(note, inside.Center(), p.empty)
	}
}
