package sweeps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/progress"
	"example.com/gonb-dpo/dpocore/frontier"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/plots"
)

// FrontierOptions are the flags of dpo frontier other than its settings.
type FrontierOptions struct {
	Model   string
	AnyBase bool
	Pairs   open.Pairs
	Judge   string // the name of a judge that is computed from the text
	Out     string
}

// RunFrontier compares methods, prints the table, and writes it and the figure to files.
func RunFrontier(ctx context.Context, out io.Writer, c frontier.Config, o FrontierOptions) error {
	if err := c.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	j, ok, err := judge.Parse(o.Judge)
	if err == nil && !ok {
		err = fmt.Errorf("the judge is %q; a frontier needs one whose scores are exact: %s", o.Judge, judge.Computed)
	}
	if err != nil {
		return exit.WrongUse(err)
	}
	data, err := o.Pairs.Open(ctx, c.Train.Seed)
	if err != nil {
		return err
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, c.Train.Prompts())
	if err != nil {
		return err
	}
	defer m.Close()
	shown := progress.NewRounds(os.Stderr)
	record, err := frontier.Run(ctx, m, o.Out, c, data, j, shown)
	shown.End()
	if err != nil {
		return err
	}
	return errors.Join(writeFrontier(out, record), saveFrontier(o.Out, record))
}

func writeFrontier(w io.Writer, record frontier.Record) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{frontier.Columns}, record.Table()...) {
		for _, cell := range row {
			fmt.Fprintf(table, "%s\t", cell)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", record.Summary())
	return err
}

// saveFrontier writes the table and the figure.
func saveFrontier(dir string, record frontier.Record) error {
	points := []plots.Priced{{Name: record.Base.Name(), Value: record.Base.Score}}
	for _, p := range record.Points {
		points = append(points, plots.Priced{Name: p.Name(), Cost: p.KL, Value: p.Score})
	}
	return errors.Join(
		plots.WriteFigures(filepath.Join(dir, "plots"), plots.ScoreFrontier(record.Judge, points)),
		atomicfile.Write(filepath.Join(dir, "frontier.txt"), func(w io.Writer) error { return writeFrontier(w, record) }),
	)
}
