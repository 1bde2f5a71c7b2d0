package gonbext

import (
	"context"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/plots"
)

// Evaluate measures a run on the held-out pairs: its accuracy (also length-controlled), its margin, and its distance from
// the base model, each with a 95 % confidence interval. A calibration plot follows. The report is saved in the run's
// folder.
func Evaluate(dir string, p Pairs) {
	cell.Run(func(ctx context.Context) error {
		var report evaluation.Report
		err := cell.RunTask(ctx, func(ctx context.Context, status cell.Status) (output.Content, error) {
			e, err := measure.Evaluate(ctx, dir, p.set, status)
			if report = e.Report; report.Run == "" {
				return nil, err
			}
			return append(e.Notes, views.Report{Report: report}), err
		})
		if err != nil {
			return err
		}
		return figure.Show(plots.Calibration(report.Calibration), dir)
	})
}

// Difference tests whether the accuracies of two runs on the held-out pairs differ significantly.
func Difference(first, second string, p Pairs) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if _, err := open.FinishedRun(second); err != nil { // before the first is measured
			return nil, err
		}
		a, err := measure.Evaluate(ctx, first, p.set, status)
		if err != nil {
			return nil, err
		}
		b, err := measure.Evaluate(ctx, second, p.set, status)
		if err != nil {
			return nil, err
		}
		d, err := evaluation.Compare(a.Pairs, b.Pairs)
		if err != nil {
			return nil, err
		}
		verdict := output.Box{Kind: output.Note, Message: evaluation.SummarizeDifference(first, second, d)}
		if d.P < 0.05 {
			verdict.Kind = output.Done
		}
		return append(a.Notes, b.Notes, verdict), nil
	})
}
