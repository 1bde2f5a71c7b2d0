package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/plots"
)

// Plot draws a run, finished or not: loss, rewards, accuracy and log-probabilities. It saves all the run's figures in its
// subfolder plots, as PNG and SVG.
func Plot(dir string) {
	cell.Run(func(context.Context) error {
		if _, err := open.Run(dir); err != nil {
			return err
		}
		return figure.ShowRun(dir)
	})
}

// Overlay draws one metric of several runs in one figure: of all folders that match a pattern such as "runs/beta-*". The
// metric has TRL's name, such as "loss", "rewards/margins" or "eval_rewards/accuracies".
func Overlay(pattern, metric string) {
	cell.Run(func(context.Context) error {
		runs, folder, err := open.Histories(pattern)
		if err != nil {
			return err
		}
		f, err := plots.Overlay(metric, runs)
		if err != nil {
			return err
		}
		return figure.Show(f, folder)
	})
}
