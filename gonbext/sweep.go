package gonbext

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
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

// Ranks are the values of the adapter's rank in a [Sweep].
func Ranks(values ...int) Axis { return func(s *sweep.Grid) { s.Ranks = values } }

// LossTypes are the losses in a [Sweep], by TRL's names.
func LossTypes(values ...string) Axis { return func(s *sweep.Grid) { s.LossTypes = values } }

// Sweep trains a run for each point of a grid into a folder of its own below dir, such as "runs/beta-0.1", and compares
// them on the held-out pairs: all curves in one picture while they grow; then a table in the order of what matters, the
// frontier of accuracy against how far the models have moved, and in a sentence which run to take, or that so many pairs
// can't tell. All settings but the axes are those of c. The stop button loses nothing, and the same cell goes on; with
// more values only the new runs are trained.
func Sweep(dir string, c config.Config, p Pairs, axes ...Axis) {
	cell(func(ctx context.Context) error {
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
	if p.train == nil {
		return errors.New("there are no pairs to train on; get some with gonbext.Load(\"builtin\")")
	}
	short, err := limit(maxStepsEnv, s.Config.MaxSteps)
	if err != nil {
		return err
	}
	v := newSweepView(dir, len(s.Points()))
	v.limit(&s.Config, short)
	model, err := baseModel()
	var record sweep.Record
	if err == nil {
		record, err = sweeprun.Run(ctx, model, dir, s, p.data(), false, v)
	}
	v.Close(err)
	if err != nil {
		return err
	}
	return showSweep(dir, record)
}

// showSweep shows the curves of all runs, the table, the frontier and the sentence.
func showSweep(dir string, record sweep.Record) error {
	curves, err := curvesOf(dir, record.Points())
	if err != nil {
		return err
	}
	if len(curves) > 0 {
		if err := showAndKeep(plots.Curves(curves), dir); err != nil {
			return err
		}
	}
	for _, line := range record.Unfinished(dir) {
		show(box{noteBox, sentence(errors.New(line))})
	}
	if len(record.Compared()) == 0 {
		return errors.New("no run of the sweep is finished; the boxes above say why")
	}
	show(several{
		table{caption: "The runs in " + dir + ", the best first", columns: sweep.Columns, rows: record.Table()},
		paragraph(sweep.ColumnsInWords),
	})
	if err := showAndKeep(plots.Frontier(record.InGrid()), dir); err != nil {
		return err
	}
	show(box{doneBox, record.Says})
	return nil
}

// curvesOf reads what the runs of a grid have recorded, in its order, and draws each run into its own folder.
func curvesOf(dir string, grid []sweep.Point) (curves []plots.Swept, err error) {
	for _, run := range grid {
		folder := filepath.Join(dir, run.Name)
		history, err := metrics.ReadHistory(folder)
		if errors.Is(err, os.ErrNotExist) {
			continue // it failed before its first step, or another process has yet to begin it
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
