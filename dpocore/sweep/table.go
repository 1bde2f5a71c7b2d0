package sweep

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
)

// InGrid returns the settings with finished runs, in the order of the grid, which sets their colors in plots.
func (r Record) InGrid() (list []Setting) {
	done := map[string]bool{}
	for _, point := range r.Points() {
		name := cmp.Or(point.Setting, onlySeeds)
		i := slices.IndexFunc(r.Settings, func(s Setting) bool { return s.Name == name })
		if i < 0 || done[name] {
			continue
		}
		done[name] = true
		list = append(list, r.Settings[i])
	}
	return list
}

// Table returns a row for each setting with finished runs, with the columns of [Columns].
func (r Record) Table() (rows [][]string) {
	for _, s := range r.Settings {
		rows = append(rows, s.Row())
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
		case Stopped:
			lines = append(lines, fmt.Sprintf("%s was %v", folder, run.Stop))
		case Elsewhere:
			lines = append(lines, fmt.Sprintf("%s is being trained by another process; run the sweep again when that has finished", folder))
		case Pending:
			lines = append(lines, folder+" is not finished")
		}
	}
	return lines
}
