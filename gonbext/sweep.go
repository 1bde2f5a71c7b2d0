package gonbext

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/live"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// Axis is one axis of a sweep's grid: see [Betas], [LearningRates], [Ranks] and [LossTypes].
type Axis func(*sweep.Grid)

// Betas are the values of beta in a [Sweep].
func Betas(values ...float64) Axis { return func(s *sweep.Grid) { s.Betas = values } }

// LearningRates are the values of the learning rate in a [Sweep].
func LearningRates(values ...float64) Axis {
	return func(s *sweep.Grid) { s.LearningRates = values }
}

// Ranks are the values of the LoRA rank in a [Sweep].
func Ranks(values ...int) Axis { return func(s *sweep.Grid) { s.Ranks = values } }

// LossTypes are the losses in a [Sweep], by TRL's names.
func LossTypes(values ...string) Axis { return func(s *sweep.Grid) { s.LossTypes = values } }

// Sweep trains one run per point of a grid, each in a subfolder such as "runs/beta-0.1", and compares them on the held-out
// pairs. All settings but the axes are those of c. It shows the curves of all runs live, then a table of the runs, best
// first, the frontier of accuracy against KL from the reference, and which run to use, or that the held-out pairs are too
// few to tell. After the stop button the same cell resumes; with more values it trains only the new runs.
func Sweep(dir string, c config.Config, p Pairs, axes ...Axis) {
	cell.Run(func(ctx context.Context) error {
		s := sweep.Grid{Config: c}
		for _, axis := range axes {
			axis(&s)
		}
		return runSweep(ctx, dir, s, p)
	})
}

func runSweep(ctx context.Context, dir string, s sweep.Grid, p Pairs) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if err := p.set.Check(); err != nil {
		return err
	}
	wanted, limited, err := limitSteps(&s.Config, p)
	if err != nil {
		return err
	}
	view := live.NewSweep(dir, len(s.Points()))
	if limited {
		view.Note(limitNote(fmt.Sprintf("%d steps per run instead of %d", s.Config.MaxSteps, wanted), cell.MaxSteps))
	}
	model, err := open.BaseModel(s.Config.InitAdapter)
	var record sweep.Record
	if err == nil {
		record, err = sweeprun.Run(ctx, model, dir, s, p.set.Data(), false, view)
	}
	view.Close(err)
	if err != nil {
		return err
	}
	return showSweep(dir, record)
}

// showSweep shows the curves of all runs, the table, the frontier and the recommendation.
func showSweep(dir string, record sweep.Record) error {
	curves, err := sweepCurves(dir, record.Points())
	if err != nil {
		return err
	}
	if len(curves) > 0 {
		if err := figure.Show(plots.Curves(curves), dir); err != nil {
			return err
		}
	}
	for _, line := range record.Unfinished(dir) {
		cell.Show(output.Box{Kind: output.Note, Message: output.Sentence(errors.New(line))})
	}
	if len(record.Compared()) == 0 {
		return errors.New("no run of the sweep is finished; the boxes above say why")
	}
	cell.Show(output.Stack{
		output.Table{Caption: "The runs in " + dir + ", best first", Columns: sweep.Columns, Rows: record.Table()},
		output.Paragraph(sweep.ColumnHelp),
	})
	if err := figure.Show(plots.Frontier(record.InGrid()), dir); err != nil {
		return err
	}
	cell.Show(output.Box{Kind: output.Done, Message: record.Summary})
	return nil
}

// sweepCurves reads the metrics of a grid's runs, in the order of the grid, and saves each run's figures in its folder.
func sweepCurves(dir string, grid []sweep.Point) (curves []plots.Swept, err error) {
	for _, run := range grid {
		folder := filepath.Join(dir, run.Name)
		history, err := metrics.ReadHistory(folder)
		if errors.Is(err, os.ErrNotExist) {
			continue // failed before its first step, or not started yet by another process
		}
		if err != nil {
			return nil, err
		}
		if err := plots.WriteRun(folder, history); err != nil {
			return nil, err
		}
		curves = append(curves, plots.Swept{Name: run.Name, Beta: run.Config.Beta, History: history})
	}
	return curves, nil
}
