package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/plots"
)

// sweepOptions holds the options of dpo sweep other than the grid.
type sweepOptions struct {
	model, data, mix, evalData, out string
	evalFraction                    float64
	gather, printJobs, json         bool
}

func sweepCommand() *cobra.Command {
	grid := sweep.Grid{Config: config.Default()}
	var o sweepOptions
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Train a grid of runs over beta, learning rate, rank and loss, and recommend one",
		Long: `Train a grid of runs, one for each combination of the values, and compare them on
held-out pairs:

  dpo sweep --betas 0.05,0.1,0.3 --data my_pairs.jsonl --eval-fraction 0.2

One process loads the model once. Runs that differ only in beta and learning rate
share their compiled graphs, and all runs share the reference log-probabilities.
Each run gives the same bytes as dpo train with the same settings, in a folder
below --out such as runs/beta-0.05. Finished runs are reused, so you can stop a
sweep, resume it, and add values. Failed runs are reported at the end.

The table is sorted by accuracy on the held-out pairs, shown with its 95 %
interval, then by gap, by divergence from the reference, and by how much the
likelihood of the chosen answers fell. Reward margins are not compared, since they
scale with beta. Below the table is the recommended run with the evidence, or a
note that there are too few pairs to tell the runs apart. --out holds sweep.json
and plots/.

To use several machines that share a folder, start the same command on each: a run
that one is training is skipped by the others. Or give a scheduler the commands
printed by --print-jobs (docs/sweeps.md), and run dpo sweep again to compare.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSweep(cmd, grid, o) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.mix, "mix", "", "how the weights of a mix are applied: see dpo train")
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `fraction` of the training pairs, split by prompt")
	configFlags(f, &grid.Config)
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	axisFlags(cmd, grid.Axes())
	f.StringVar(&o.out, "out", "runs", "`folder` for the runs")
	f.BoolVar(&o.gather, "gather", false, "do not train; compare the finished runs")
	f.BoolVar(&o.printJobs, "print-jobs", false, "do not train; print a dpo train command for each run")
	f.BoolVar(&o.json, "json", false, "write the comparison as JSON, in the format of sweep.json")
	cmd.MarkFlagsMutuallyExclusive("gather", "print-jobs")
	return cmd
}

func runSweep(cmd *cobra.Command, grid sweep.Grid, o sweepOptions) error {
	if err := grid.Validate(); err != nil {
		return wrongUse(err)
	}
	if o.printJobs {
		return printJobs(cmd.OutOrStdout(), cmd.Flags(), grid, o.out)
	}
	if err := checkFraction(o.evalFraction); err != nil {
		return err
	}
	data, err := fetchData(cmd.Context(), o.data, o.evalData, o.evalFraction, grid.Config.Seed)
	if err != nil {
		return err
	}
	if err := setMix(data, o.mix); err != nil {
		return err
	}
	if data.HeldOut == nil {
		return wrongUse(errors.New("a sweep compares its runs on held-out pairs; name a file with --eval-data, or hold out a fraction of the training pairs with --eval-fraction"))
	}
	model, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer model.Close()
	progress := newSweepProgress(os.Stderr, len(grid.Points()))
	record, err := sweeprun.Run(cmd.Context(), model, o.out, grid, data, o.gather, progress)
	progress.end()
	if err != nil {
		return err
	}
	if err := drawSweep(o.out, record); err != nil {
		return err
	}
	return printSweep(cmd.OutOrStdout(), o.out, record, o.json)
}

// drawSweep writes the plots of each finished run to its folder, and those that compare all runs to dir/plots.
func drawSweep(dir string, record sweep.Record) error {
	var curves []plots.Swept
	for _, run := range record.Points() {
		folder := filepath.Join(dir, run.Name)
		history, err := metrics.ReadHistory(folder)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := plots.WriteRun(folder, history); err != nil {
			return err
		}
		curves = append(curves, plots.Swept{Name: run.Name, Beta: run.Config.Beta, History: history})
	}
	if len(curves) == 0 {
		return nil
	}
	return plots.WriteFigures(filepath.Join(dir, "plots"), plots.Curves(curves), plots.Frontier(record.InGrid()))
}

// printSweep prints the comparison. It returns an error if runs failed.
func printSweep(w io.Writer, dir string, record sweep.Record, asJSON bool) error {
	failed := 0
	for _, run := range record.Runs {
		if run.State == sweep.Failed {
			failed++
		}
	}
	var fault error
	if failed > 0 {
		fault = fmt.Errorf("%d of %d runs failed; run the command again to retry them", failed, len(record.Runs))
	}
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return errors.Join(encoder.Encode(record), fault)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{sweep.Columns}, record.Table()...) {
		for _, cell := range row {
			fmt.Fprintf(table, "%s\t", cell)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, line := range record.Unfinished(dir) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintf(w, "\n%s\n\n%s\n", record.Summary, sweep.ColumnHelp)
	return fault
}
