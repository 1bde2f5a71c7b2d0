package sweep

import (
	"fmt"
	"path/filepath"
)

// Compared returns the finished runs, best first as in [Sort].
func (r Record) Compared() (list []Run) {
	for _, run := range r.Runs {
		if run.HeldOut != nil {
			list = append(list, *run.HeldOut)
		}
	}
	return list
}

// InGrid returns the finished runs in the order of the grid, which sets their colors in plots.
func (r Record) InGrid() (list []Run) {
	compared := r.Compared()
	for _, point := range r.Points() {
		for _, run := range compared {
			if run.Name == point.Name {
				list = append(list, run)
			}
		}
	}
	return list
}

// Table returns a row for each finished run, with the columns of [Columns].
func (r Record) Table() (rows [][]string) {
	for _, run := range r.Compared() {
		rows = append(rows, run.Row())
	}
	return rows
}

// Unfinished returns a sentence for each run that is not in the table, which says why.
func (r Record) Unfinished(dir string) (lines []string) {
	for _, run := range r.Runs {
		folder := filepath.Join(dir, run.Name)
		switch run.State {
		case Failed:
			lines = append(lines, fmt.Sprintf("%s failed: %s", folder, run.Error))
		case Elsewhere:
			lines = append(lines, fmt.Sprintf("%s is being trained by another process; run the sweep again when that has finished", folder))
		case Pending:
			lines = append(lines, folder+" is not finished")
		}
	}
	return lines
}
