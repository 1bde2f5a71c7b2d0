package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/draw"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
)

func plotCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "plot RUN...",
		Short: "Draw the loss, rewards and accuracy of runs",
		Long: `Draw the plots of each run in its plots folder, as PNG and SVG. With several runs,
also draw them in common plots in --out. If they mix objectives, these include a
plot of every two objectives against each other: accuracy and margin on held-out
pairs, with one point per run.`,
		Args: flags.AnyArguments,
		RunE: func(cmd *cobra.Command, dirs []string) error { return draw.Runs(cmd.OutOrStdout(), dirs, out) },
	}
	cmd.Flags().StringVar(&out, "out", "plots", "`folder` for the plots of several runs")
	return cmd
}
