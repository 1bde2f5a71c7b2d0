package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// overlaid lists the metrics that are drawn for several runs in one plot.
var overlaid = []string{"loss", "rewards/margins", "rewards/accuracies", "eval_loss", "eval_rewards/accuracies"}

func plotCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "plot RUN...",
		Short: "Draw the loss, rewards and accuracy of runs",
		Long: `Draw the plots of each run in its plots folder, as PNG and SVG. With several runs,
also draw them in common plots in --out. If they mix objectives, these include a
plot of every two objectives against each other: accuracy and margin on held-out
pairs, with one point per run.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, dirs []string) error { return plot(cmd, dirs, out) },
	}
	cmd.Flags().StringVar(&out, "out", "plots", "`folder` for the plots of several runs")
	return cmd
}

func plot(cmd *cobra.Command, dirs []string, out string) error {
	var runs []plots.Run
	for _, dir := range dirs {
		history, err := metrics.ReadHistory(dir)
		if err != nil {
			return err
		}
		if err := plots.WriteRun(dir, history); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), filepath.Join(dir, "plots"))
		runs = append(runs, plots.Run{Name: filepath.Base(dir), History: history})
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
	fmt.Fprintln(cmd.OutOrStdout(), out)
	return plots.WriteFigures(out, figures...)
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
