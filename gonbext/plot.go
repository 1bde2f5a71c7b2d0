package gonbext

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// Plot draws a run, finished or not: loss, rewards, accuracy and log-probabilities. All its pictures are then in the
// run's folder plots, as PNG and SVG.
func Plot(dir string) {
	cell(func(context.Context) error {
		if _, err := runAt(dir); err != nil {
			return err
		}
		return drawRun(dir)
	})
}

// Overlay lays one figure of several runs over each other: of all folders that match a pattern such as "runs/beta-*", by
// a name such as "loss", "rewards/margins" or "eval_rewards/accuracies".
func Overlay(pattern, metric string) {
	cell(func(context.Context) error { return overlay(pattern, metric) })
}

func overlay(pattern, metric string) error {
	runs, folder, err := runsAt(pattern)
	if err != nil {
		return err
	}
	figure, err := plots.Overlay(metric, runs)
	if err != nil {
		return err
	}
	return showAndKeep(figure, folder)
}

// runsAt reads the runs whose folders match a pattern, and names the folder in which these lie.
func runsAt(pattern string) (runs []plots.Run, folder string, err error) {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return nil, "", fmt.Errorf("the pattern %q has a bracket too few; write it as \"runs/beta-*\"", pattern)
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, metrics.StepsFile)); err != nil {
			continue // some other folder
		}
		history, err := metrics.ReadHistory(dir)
		if err != nil {
			return nil, "", err
		}
		runs = append(runs, plots.Run{Name: filepath.Base(dir), History: history})
	}
	if len(runs) == 0 {
		return nil, "", fmt.Errorf("no run matches %q; run the cell that trains them first, or check the pattern", pattern)
	}
	return runs, filepath.Dir(pattern), nil
}

// showAndKeep displays a figure of several runs, and writes it into the folder plots beside them.
func showAndKeep(figure plots.Figure, folder string) error {
	if err := plots.WriteFigures(filepath.Join(folder, "plots"), figure); err != nil {
		return err
	}
	return showFigure(figure, filepath.Join(folder, "plots", figure.Name+".png"))
}
