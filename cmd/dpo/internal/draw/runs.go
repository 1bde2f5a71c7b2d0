// Package draw draws the plots of runs, sweeps and rounds.
package draw

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/plots"
)

// overlaid lists the metrics that are drawn for several runs in one plot.
var overlaid = []string{"loss", "rewards/margins", "rewards/accuracies", "eval_loss", "eval_rewards/accuracies"}

// Runs draws the plots of each run in its folder, and those of several runs in dir. It prints the folders to out.
func Runs(out io.Writer, folders []string, dir string) error {
	if len(folders) > 1 {
		if err := atomicfile.CheckFolder(dir); err != nil {
			return fmt.Errorf("draw the plots of several runs in %s: %w", dir, err)
		}
	}
	var runs []plots.Run
	for _, folder := range folders {
		if err := run.NotCheckpoint(folder); err != nil {
			return fmt.Errorf("plot: %w", err)
		}
		history, err := metrics.ReadHistory(folder)
		if err != nil {
			return err
		}
		if err := plots.WriteRun(folder, history); err != nil {
			return err
		}
		fmt.Fprintln(out, filepath.Join(folder, "plots"))
		runs = append(runs, plots.Run{Name: filepath.Base(folder), History: history})
	}
	if len(runs) < 2 {
		return nil
	}
	var figures []plots.Figure
	for _, name := range overlaid {
		if !anyHas(runs, name) {
			continue
		}
		figure, err := plots.Overlay(name, runs)
		if err != nil {
			return err
		}
		figures = append(figures, figure)
	}
	figures = append(figures, tradeoffs(runs)...)
	fmt.Fprintln(out, dir)
	return plots.WriteFigures(dir, figures...)
}

// tradeoffs draws every two of the runs' objectives against each other.
func tradeoffs(runs []plots.Run) (figures []plots.Figure) {
	var names []string
	for _, run := range runs {
		for _, name := range run.History.Objectives() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for i, x := range names {
		for _, y := range names[i+1:] {
			if figure, err := plots.Tradeoff(x, y, runs); err == nil { // fails if no run measured both
				figures = append(figures, figure)
			}
		}
	}
	return figures
}

// anyHas reports whether any run has values of a metric; runs without held-out pairs have no evaluations.
func anyHas(runs []plots.Run, name string) bool {
	for _, run := range runs {
		if _, values, ok := run.History.Series(name); ok && len(values) > 0 {
			return true
		}
	}
	return false
}
