package sweep

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/internal/wording"
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

// HasAnswers reports whether any setting has sampled answers.
func (r Record) HasAnswers() bool {
	return slices.ContainsFunc(r.Settings, func(s Setting) bool { return s.Answers != nil })
}

// Columns are the headings of Table: those of [Columns], and two of answers if any setting has some.
func (r Record) Columns() []string {
	if !r.HasAnswers() {
		return Columns
	}
	return append(slices.Clone(Columns), "answer length (tokens)", "repeated 4-grams")
}

// Table returns a row for each setting with finished runs.
func (r Record) Table() (rows [][]string) {
	for _, s := range r.Settings {
		row := s.Row()
		if a := s.Answers; a != nil {
			row = append(row, fmt.Sprintf("%.0f", a.Tokens.Value), wording.Percent(a.Repetition.Value))
		}
		for len(row) < len(r.Columns()) {
			row = append(row, "")
		}
		rows = append(rows, row)
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
		case Halted:
			lines = append(lines, fmt.Sprintf("%s was stopped by hand; dpo control resume %s takes it up again", folder, folder))
		case Elsewhere:
			lines = append(lines, fmt.Sprintf("%s is being trained by another process; run the sweep again when that has finished", folder))
		case Pending:
			lines = append(lines, folder+" is not finished")
		}
	}
	return lines
}
