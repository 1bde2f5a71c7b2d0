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
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/plots"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
)

// sweepOptions are what the command takes beside the grid.
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
		Short: "Train a grid of runs over beta, learning rate, rank and loss, and say which to take",
		Long: `Train a grid of runs, each value of an axis with each of the others, and compare
them on held-out pairs:

  dpo sweep --betas 0.05,0.1,0.3 --data my_pairs.jsonl --eval-fraction 0.2

One process loads the model once; what only beta and the learning rate tell apart
compiles once, and the model without adapter reads each pair once. Each run is
the one that dpo train makes of the same settings, to the byte, in a folder of
its own below --out, such as runs/beta-0.05. Finished runs are reused, so that a
sweep can be stopped, or get more values. A run that fails is told at the end.

The table comes in the order of what matters: accuracy on held-out pairs with its
95 % interval, then the gap, the divergence from the reference, and how much the
chosen answers' likelihood fell. Reward margins have no part in it: they scale
with beta. Below it stands which run to take, with the evidence, or that so many
pairs can show no difference. --out holds sweep.json and plots/.

On several machines that share a folder, start the same command on each: none
takes a run that another holds. Or let a scheduler run the lines that --print-jobs
prints (docs/sweeps.md); the same command without it then only compares.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSweep(cmd, grid, o) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.mix, "mix", "", "how the weights of a mix act: see dpo train")
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `share` of the training pairs, by prompt")
	configFlags(f, &grid.Config)
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	gridFlags(cmd, &grid)
	f.StringVar(&o.out, "out", "runs", "`folder` for the runs")
	f.BoolVar(&o.gather, "gather", false, "train nothing: compare the runs that are finished")
	f.BoolVar(&o.printJobs, "print-jobs", false, "train nothing: print a dpo train line for each run")
	f.BoolVar(&o.json, "json", false, "write the comparison as JSON, as sweep.json has it")
	cmd.MarkFlagsMutuallyExclusive("gather", "print-jobs")
	return cmd
}

// sweepOnly are the flags that dpo train does not have.
var sweepOnly = []string{"betas", "learning-rates", "ranks", "loss-types", "gather", "print-jobs", "json", "out"}

// gridFlags are the axes. An axis and the single value that it takes the place of go not together.
func gridFlags(cmd *cobra.Command, grid *sweep.Grid) {
	f := cmd.Flags()
	f.Float64SliceVar(&grid.Betas, "betas", nil, "`values` of beta, as in 0.05,0.1,0.3")
	f.Float64SliceVar(&grid.LearningRates, "learning-rates", nil, "`values` of the greatest learning rate")
	f.IntSliceVar(&grid.Ranks, "ranks", nil, "`values` of the adapter's rank; alpha stays what it is")
	f.StringSliceVar(&grid.LossTypes, "loss-types", nil, "`losses`, as dpo train --help lists them")
	for axis, single := range map[string]string{"betas": "beta", "learning-rates": "learning-rate", "ranks": "lora-r", "loss-types": "loss-type"} {
		cmd.MarkFlagsMutuallyExclusive(axis, single)
	}
}

func runSweep(cmd *cobra.Command, grid sweep.Grid, o sweepOptions) error {
	if err := grid.Validate(); err != nil {
		return wrongUse(err)
	}
	if o.printJobs {
		return printJobs(cmd.OutOrStdout(), cmd.Flags(), grid, o.out)
	}
	if !(o.evalFraction >= 0 && o.evalFraction < 1) {
		return wrongUse(fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", o.evalFraction))
	}
	data, err := fetchData(cmd.Context(), o.data, o.evalData, o.evalFraction, grid.Config.Seed)
	if err != nil {
		return err
	}
	if err := setMix(data, o.mix); err != nil {
		return err
	}
	if data.HeldOut == nil {
		return wrongUse(errors.New("runs are compared on held-out pairs, and there are none; name a file of them with --eval-data, or a share of the training pairs with --eval-fraction"))
	}
	model, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer model.Close()
	shown := newSweepProgress(os.Stderr, len(grid.Points()))
	record, err := sweeprun.Run(cmd.Context(), model, o.out, grid, data, o.gather, shown)
	shown.end()
	if err != nil {
		return err
	}
	if err := drawSweep(o.out, record); err != nil {
		return err
	}
	return printSweep(cmd.OutOrStdout(), o.out, record, o.json)
}

// drawSweep draws each finished run into its folder, and all together beside them.
func drawSweep(dir string, record sweep.Record) error {
	var curves []plots.Swept
	for _, run := range record.Grid() {
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

// printSweep prints the comparison; its error says that runs have failed.
func printSweep(w io.Writer, dir string, record sweep.Record, asJSON bool) error {
	failed := 0
	for _, run := range record.Runs {
		if run.State == sweep.Failed {
			failed++
		}
	}
	var fault error
	if failed > 0 {
		fault = fmt.Errorf("%d of %d runs failed; the same command tries them again", failed, len(record.Runs))
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
	fmt.Fprintf(w, "\n%s\n\n%s\n", record.Says, sweep.ColumnHelp)
	return fault
}

// printJobs prints a line for each run, which any shell takes.
func printJobs(w io.Writer, flags *pflag.FlagSet, grid sweep.Grid, out string) error {
	if err := grid.Begin(out); err != nil {
		return err
	}
	shared := sharedFlags(flags)
	for _, run := range grid.Points() {
		c := run.Config
		fmt.Fprintf(w, "dpo train%s --beta %g --learning-rate %g --lora-r %d --loss-type %s --resume --out %s\n",
			shared, c.Beta, c.LearningRate, c.LoRARank, c.LossType, quoted(filepath.Join(out, run.Name)))
	}
	return nil
}
