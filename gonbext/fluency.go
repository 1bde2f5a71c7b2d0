package gonbext

import (
	"context"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Fluency measures the side effects of a run: the change of perplexity on plain text, and on some prompts of the held-out
// pairs the length, the endings and the repetitiveness of its answers against the base model's. The results are saved in
// the run's folder, where [Diagnose] finds them.
func Fluency(dir string, p Pairs, prompts int) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if _, err := open.FinishedRun(dir); err != nil {
			return nil, err
		}
		if prompts < 1 {
			return nil, fmt.Errorf("the number of prompts is %d; it must be at least 1", prompts)
		}
		e, err := measure.Fluency(ctx, dir, p.set, prompts, status)
		if e.Report.PlainText == nil {
			return nil, err
		}
		return append(e.Notes, views.Report{Report: e.Report}.Fluency()), err
	})
}

// WinRate measures how often a run's answer beats the base model's, on the answers that [Fluency] sampled. The judge is a
// function (judge.Func) or another judge of package judge, and sees each pair of answers in both orders.
func WinRate(dir string, by judge.Judge) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		report, exists, err := evaluation.ReadReport(dir)
		if err != nil {
			return nil, err
		}
		if !exists || report.Answers == nil {
			return nil, fmt.Errorf("no answers of %q were sampled; run gonbext.Fluency on it first", dir)
		}
		if by == nil {
			return nil, errors.New("the judge is nil; judge.Words(80), which prefers answers of about 80 words, is a simple one")
		}
		rate, err := evaluation.MeasureWinRate(ctx, judge.Better(by), report.Answers.Answers, func(done, total int) { status("Judging answer %d of %d", min(done+1, total), total) })
		if err != nil {
			return nil, err
		}
		report.WinRate = &rate
		return views.Report{Report: report}.WinRateBy(by.Name()), report.Write(dir)
	})
}
