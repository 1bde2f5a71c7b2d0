package plots

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// placed is a panel with the place it got.
type placed struct {
	panel
	plot   *plot.Plot
	canvas draw.Canvas // of the axes with their labels, in the end
	head   vg.Point    // upper left corner of title and legend
	rows   [][]entry
}

// layOut gives each panel its tile, row by row, and lines the axes up: in a column
// the y axes stand below each other, in a row the data begins at one height.
func layOut(c draw.Canvas, panels [][]panel) ([][]*placed, error) {
	tiles := draw.Tiles{
		Rows: len(panels), Cols: len(panels[0]),
		PadTop: outerSpace, PadBottom: outerSpace, PadLeft: outerSpace, PadRight: outerSpace,
		PadX: panelSpace, PadY: panelSpace,
	}
	grid := make([][]*placed, tiles.Rows)
	for row := range grid {
		most := 0
		for column := range tiles.Cols {
			tile := tiles.At(c, column, row)
			p := panels[row][column]
			spot := &placed{panel: p, plot: p.plot(), canvas: tile, head: vg.Point{X: tile.Min.X, Y: tile.Max.Y}}
			spot.rows = legendRows(p.entries(), tile.Max.X-tile.Min.X)
			most = max(most, len(spot.rows))
			grid[row] = append(grid[row], spot)
		}
		for _, spot := range grid[row] {
			spot.canvas.Max.Y -= titleSize + 5 + legendHeight*vg.Length(most) + 5
		}
	}
	alignColumns(grid)
	for _, row := range grid {
		for _, spot := range row {
			if size := spot.plot.DataCanvas(spot.canvas).Size(); !(size.X >= leastData && size.Y >= leastData) {
				return nil, fmt.Errorf("title, legend and axes leave no room for the data of panel %q; make the figure larger", spot.title)
			}
		}
	}
	return grid, nil
}

// leastData is the least width and height of the area where data is drawn.
const leastData = vg.Length(30)

// alignColumns moves the left edges so that the y axes of a column line up.
func alignColumns(grid [][]*placed) {
	for column := range grid[0] {
		widest := vg.Length(0)
		for row := range grid {
			spot := grid[row][column]
			widest = max(widest, spot.plot.DataCanvas(spot.canvas).Min.X-spot.canvas.Min.X)
		}
		for row := range grid {
			spot := grid[row][column]
			spot.canvas.Min.X += widest - (spot.plot.DataCanvas(spot.canvas).Min.X - spot.canvas.Min.X)
		}
	}
}

// draw draws the panel from the top down: title, legend, axes and data.
func (p *placed) draw() {
	title := bold(sans(titleSize, inkColor))
	p.canvas.FillText(title, vg.Point{X: p.head.X, Y: p.head.Y - titleSize}, p.title)
	drawLegend(p.canvas, vg.Point{X: p.head.X, Y: p.head.Y - titleSize - 5}, p.rows)
	p.plot.Draw(p.canvas)
	if p.empty() {
		note := sans(labelSize, axisColor)
		note.XAlign, note.YAlign = draw.XCenter, draw.YCenter
		inside := p.plot.DataCanvas(p.canvas)
		p.canvas.FillText(note, inside.Center(), p.nothing)
	}
}
