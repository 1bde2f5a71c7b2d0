package measure

import (
	"context"
	"errors"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/pairs"
)

// One measures training pair i, with the adapter in a folder or without one ("").
func One(ctx context.Context, adapter string, p pairs.Set, i int, status cell.Status) (evaluation.Pair, error) {
	set, err := p.One(i)
	if err != nil {
		return evaluation.Pair{}, err
	}
	settings, err := run.Settings(adapter)
	if err != nil {
		return evaluation.Pair{}, err
	}
	model, err := open.BaseModel(adapter)
	if err != nil {
		return evaluation.Pair{}, err
	}
	status("Computing the log-probabilities of both answers")
	measured, _, _, err := measure.EvaluateRun(ctx, model, adapter, set, settings.MaxLength, func(int, int) {})
	if err != nil {
		return evaluation.Pair{}, err
	}
	return measured[0], nil
}

// Evaluation is what [Evaluate] and [Fluency] measured.
type Evaluation struct {
	Pairs  []evaluation.Pair // empty if a saved report made measuring them unnecessary
	Report evaluation.Report
	Notes  output.Stack // on the pairs that were left out or truncated
}

// Evaluate measures a finished run on the held-out pairs, and saves the report in the run's folder.
func Evaluate(ctx context.Context, dir string, p pairs.Set, status cell.Status) (e Evaluation, err error) {
	record, err := open.FinishedRun(dir)
	if err != nil {
		return e, err
	}
	set, err := p.ForEvaluation()
	if err != nil {
		return e, err
	}
	model, err := open.BaseModel(dir)
	if err != nil {
		return e, err
	}
	measured, reference, notes, err := measure.EvaluateRun(ctx, model, dir, set, record.Config.MaxLength, func(done, total int) {
		status("Measuring %d pairs with %s, part %d of %d", len(set.Pairs), dir, min(done+1, total), total)
	})
	if err != nil {
		return e, err
	}
	report, err := evaluation.Summarize(measured, record.Config.Beta)
	if err != nil {
		return e, err
	}
	report.Run, report.Data, report.Reference = dir, set.Source, reference
	report.KeepEarlier(dir)
	return Evaluation{measured, report, output.Notes(notes)}, errors.Join(report.Write(dir), card.Write(dir))
}

// Fluency measures a run's perplexity on plain text, and samples answers to some prompts of the held-out pairs from it and
// from the base model. The results are added to the run's report.
func Fluency(ctx context.Context, dir string, p pairs.Set, prompts int, status cell.Status) (e Evaluation, err error) {
	report, exists, err := evaluation.ReadReport(dir)
	if err != nil {
		return Evaluation{}, err
	}
	e.Report = report
	if !exists {
		if e, err = Evaluate(ctx, dir, p, status); err != nil {
			return Evaluation{}, err
		}
	}
	set, err := p.ForEvaluation()
	if err != nil {
		return Evaluation{}, err
	}
	model, err := open.BaseModel(dir)
	if err != nil {
		return Evaluation{}, err
	}
	maxTokens, err := cell.AnswerTokens()
	if err != nil {
		return Evaluation{}, err
	}
	text, err := measure.PlainText(ctx, model, dir, "", func(done, total int) { status("Reading plain text, part %d of %d", min(done+1, total), total) })
	if err != nil {
		return Evaluation{}, err
	}
	options := generate.Options{MaxNewTokens: maxTokens, Temperature: 1, TopP: 1, Samples: 1, Seed: 1}
	answers, err := generate.SampleBoth(ctx, model, dir, generate.Prompts(set, prompts), options, func(done, total int) { status("Answer %d of %d", min(done+1, total), total) })
	if err != nil {
		return Evaluation{}, err
	}
	wording := evaluation.SummarizeAnswers(answers, maxTokens)
	e.Report.PlainText, e.Report.Answers, e.Report.WinRate = &text, &wording, nil
	return e, e.Report.Write(dir)
}

// Inspect measures the tokens of the first held-out pairs at each saved checkpoint of a finished run. It also returns the
// run's beta.
func Inspect(ctx context.Context, dir string, p pairs.Set, status cell.Status) (measured measure.Inspection, beta float64, err error) {
	record, err := open.FinishedRun(dir)
	if err != nil {
		return measured, 0, err
	}
	set, err := p.ForEvaluation()
	if err != nil {
		return measured, 0, err
	}
	model, err := open.BaseModel(dir)
	if err != nil {
		return measured, 0, err
	}
	first := measure.Inspected(set)
	measured, err = measure.Inspect(ctx, model, dir, first, record.Config.MaxLength, func(done, total int) {
		status("Measuring the tokens of %d pairs, part %d of %d", len(first.Pairs), done+1, total)
	})
	return measured, record.Config.Beta, err
}
