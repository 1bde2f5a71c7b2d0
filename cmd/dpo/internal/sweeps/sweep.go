// Package sweeps trains and compares a grid of runs, or prints a command for each.
package sweeps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"example.com/gonb-dpo/cmd/dpo/internal/draw"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/progress"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
)

// Options are the flags of dpo sweep other than the grid.
type Options struct {
	Model   string
	AnyBase bool // accept an initial adapter of another model
	Pairs   open.Pairs
	Out     string // folder for the runs
	Gather  bool   // do not train; compare the finished runs
	JSON    bool
}

// Run trains a grid of runs, draws their plots and prints how they compare.
func Run(ctx context.Context, out io.Writer, grid sweep.Grid, o Options) error {
	if err := grid.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	data, err := o.Pairs.Open(ctx, grid.Config.Seed)
	if err != nil {
		return err
	}
	if data.HeldOut == nil {
		return exit.WrongUse(errors.New("a sweep compares its runs on held-out pairs; name a file with --eval-data, or hold out a fraction of the training pairs with --eval-fraction"))
	}
	model, err := open.Base(ctx, o.Model, o.AnyBase, grid.Config.Prompts(), grid.Config.InitAdapter)
	if err != nil {
		return err
	}
	defer model.Close()
	shown := progress.NewSweep(os.Stderr, len(grid.Points()))
	record, err := sweeprun.Run(ctx, model, o.Out, grid, data, o.Gather, shown)
	shown.End()
	if err != nil {
		return err
	}
	return errors.Join(printSweep(out, o.Out, record, o.JSON), draw.Sweep(o.Out, record))
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
		fault = fmt.Errorf("%d of %d runs failed; the same command tries them again once the cause is removed", failed, len(record.Runs))
	}
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return errors.Join(encoder.Encode(record), fault)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{record.Columns()}, record.Table()...) {
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
