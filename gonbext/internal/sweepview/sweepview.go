// Package sweepview shows sweeps in a notebook.
package sweepview

import (
	"errors"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// Show shows the curves of all runs, the table, the frontier and the recommendation.
func Show(dir string, record sweep.Record) error {
	drawn, err := curvesOf(dir, record.Points())
	if err != nil {
		return err
	}
	if len(drawn) > 0 {
		if err := figure.Show(plots.Curves(drawn), dir); err != nil {
			return err
		}
	}
	for _, line := range record.Unfinished(dir) {
		cell.Show(output.Box{Kind: output.Note, Message: output.Sentence(errors.New(line))})
	}
	if len(record.Settings) == 0 {
		return errors.New("no run of the sweep is finished; the boxes above say why")
	}
	cell.Show(output.Stack{
		output.Table{Caption: "The runs in " + dir + ", best first", Columns: record.Columns(), Rows: record.Table()},
		output.Paragraph(sweep.ColumnHelp),
	})
	if err := figure.Show(plots.Frontier(record.InGrid()), dir); err != nil {
		return err
	}
	if record.HasAnswers() {
		if err := figure.Show(plots.Effects(record.InGrid()), dir); err != nil {
			return err
		}
	}
	cell.Show(output.Box{Kind: output.Done, Message: record.Summary})
	return nil
}

// curvesOf reads the metrics of a grid's runs, in the order of the grid, and saves each run's figures in its folder.
func curvesOf(dir string, grid []sweep.Point) (curves []plots.Swept, err error) {
	for _, run := range grid {
		folder := filepath.Join(dir, run.Name)
		history, err := metrics.ReadHistory(folder)
		if errors.Is(err, os.ErrNotExist) {
			continue // failed before its first step, or not started yet by another process
		}
		if err != nil {
			return nil, err
		}
		if err := plots.WriteRun(folder, history); err != nil {
			return nil, err
		}
		curves = append(curves, plots.Swept{Name: run.Name, Setting: run.Setting, Beta: run.Config.Beta, History: history})
	}
	return curves, nil
}
