package sweeps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
)

// sweepOnly lists the flags of dpo sweep, other than those of its grid, that are not passed to dpo train as they were given.
var sweepOnly = []string{"gather", "print-jobs", "json", "out", "date"}

// manyPairs is a number of training pairs with which different shares of a pass over them are different numbers of steps. The pairs need
// not be on the machine that prints the jobs.
const manyPairs = 1 << 30

// PrintJobs prints a dpo train command for each run, quoted for any shell. If the chat template writes a date, all have the same.
// gridFlags are those of the grid and of single values that it replaces.
func PrintJobs(ctx context.Context, w io.Writer, flags *pflag.FlagSet, gridFlags []string, grid sweep.Grid, o Options) error {
	if err := grid.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	if err := grid.CheckDistinct(manyPairs); err != nil {
		return exit.WrongUse(err)
	}
	if grid.Halving {
		return exit.WrongUse(errors.New("printed jobs can't be halved, since none knows the others' figures; start dpo sweep --halving on each machine, with --out in a shared folder"))
	}
	if o.Pairs.EvalFraction > 0 && grid.Varies(sweep.Seed) {
		return exit.WrongUse(errors.New("--eval-fraction splits by the seed, so that jobs with different seeds would hold out different pairs; name held-out pairs with --eval-data"))
	}
	if err := fixPrompts(ctx, &grid, o); err != nil {
		return err
	}
	if err := grid.Begin(o.Out); err != nil {
		return err
	}
	shared := flagsExcept(flags, append(gridFlags, sweepOnly...))
	if date := grid.Config.Date; date != "" {
		shared += " --date=" + date
	}
	for _, run := range grid.Points() {
		var values strings.Builder
		for _, axis := range grid.Axes {
			row := config.Settings.Find(axis.Setting)
			flag, _ := row.Flag()
			fmt.Fprintf(&values, " --%s=%s", flag, quoted(row.Print(run.Config)))
		}
		fmt.Fprintf(w, "dpo train%s%s --resume --out %s\n", shared, values.String(), quoted(filepath.Join(o.Out, run.Name)))
	}
	return nil
}

// fixPrompts opens the model, without its weights, and gives the runs their date.
func fixPrompts(ctx context.Context, grid *sweep.Grid, o Options) error {
	m, err := open.Base(ctx, o.Model, o.AnyBase, grid.Config.Prompts(), grid.Config.InitAdapter)
	if err != nil {
		return err
	}
	defer m.Close()
	return sweeprun.FixPrompts(m, o.Out, grid)
}

// flagsExcept returns the flags that were given, except those left out, each with a space before it.
func flagsExcept(flags *pflag.FlagSet, leftOut []string) string {
	var b strings.Builder
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(leftOut, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
			if f.Value.Type() != new(config.Arguments).Type() {
				values = []string{strings.Join(values, ",")}
			}
		}
		for _, value := range values {
			b.WriteString(" --" + f.Name + "=" + quoted(value))
		}
	})
	return b.String()
}

// quoted quotes a word for a POSIX shell if it needs quotes.
func quoted(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:=@%+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
