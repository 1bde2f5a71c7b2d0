package sweep

import (
	"fmt"
	"path/filepath"
)

// Compared are the finished runs, in the order of what matters.
func (r Record) Compared() (list []Run) {
	for _, run := range r.Runs {
		if run.Shows != nil {
			list = append(list, *run.Shows)
		}
	}
	return list
}

// InGrid are the finished runs in the order of the grid, in which pictures have their colours.
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

// Table has a row of each finished run, under Columns.
func (r Record) Table() (rows [][]string) {
	for _, run := range r.Compared() {
		rows = append(rows, run.Row())
	}
	return rows
}

// Unfinished says of each other run in a sentence why it is not in the table.
func (r Record) Unfinished(dir string) (lines []string) {
	for _, run := range r.Runs {
		folder := filepath.Join(dir, run.Name)
		switch run.State {
		case Failed:
			lines = append(lines, fmt.Sprintf("%s failed: %s", folder, run.Error))
		case Elsewhere:
			lines = append(lines, fmt.Sprintf("%s is trained by another process; the same call compares it when it is finished", folder))
		case Waits:
			lines = append(lines, folder+" is not finished")
		}
	}
	return lines
}
