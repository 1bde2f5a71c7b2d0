package gonbext

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/plots"
)

// Evaluate measures a run on the held-out pairs: how often it prefers the chosen answer more than the base model does,
// also with the answers' length taken out; by how much; how far the model has moved; each with the interval that holds
// the true figure with 95 % confidence. Below it a picture says whether the run is as right as it is sure. The report
// stays in the run's folder.
func Evaluate(dir string, p Pairs) {
	cell(func(ctx context.Context) error {
		var report evaluation.Report
		err := doTask(ctx, func(ctx context.Context, say func(string, ...any)) (content, error) {
			record, err := finishedRun(dir)
			if err != nil {
				return nil, err
			}
			_, report, err = evaluateRun(ctx, dir, p, record.Config.Beta, record.Config.MaxLength, say)
			return reported{report}, err
		})
		if err != nil {
			return err
		}
		figure := plots.Calibration(report.Calibration)
		if err := showFigure(figure, filepath.Join(dir, "plots", figure.Name+".png")); err != nil {
			return err
		}
		return plots.WriteFigures(filepath.Join(dir, "plots"), figure)
	})
}

// evaluateRun measures a run and leaves the report in its folder.
func evaluateRun(ctx context.Context, dir string, p Pairs, beta float64, maxLength int, say func(string, ...any)) ([]evaluation.Pair, evaluation.Report, error) {
	set, err := p.toEvaluate()
	if err != nil {
		return nil, evaluation.Report{}, err
	}
	model, err := baseModel()
	if err != nil {
		return nil, evaluation.Report{}, err
	}
	pairs, _, err := measure.Evaluate(ctx, model, dir, set, maxLength, func(done, total int) {
		say("Measuring %d pairs with %s, part %d of %d", len(set.Pairs), dir, min(done+1, total), total)
	})
	if err != nil {
		return nil, evaluation.Report{}, err
	}
	report, err := evaluation.Of(pairs, beta)
	if err != nil {
		return nil, report, err
	}
	report.Run, report.Data = dir, set.Source
	if before, ok, err := evaluation.ReadReport(dir); err == nil && ok {
		report.PlainText, report.Answers = before.PlainText, before.Answers
	}
	return pairs, report, report.Write(dir)
}

// toEvaluate are the held-out pairs, or all where none is held out.
func (p Pairs) toEvaluate() (*preference.Set, error) {
	for _, set := range []*preference.Set{p.heldOut, p.train} {
		if set != nil && len(set.Pairs) > 0 {
			return set, nil
		}
	}
	return nil, errors.New("there are no pairs to evaluate on; get some with gonbext.Load(\"builtin\")")
}

// reported is a report for reading.
type reported struct{ evaluation.Report }

func (r reported) content() several {
	t := table{
		caption: fmt.Sprintf("%s on %d pairs of %s", r.Run, r.Pairs, r.Data),
		columns: []string{"figure", "value", "95 % interval", "in words"},
	}
	for _, row := range r.Rows() {
		t.rows = append(t.rows, []string{row.Name, row.Value, row.Interval, row.Words})
	}
	verdict := box{noteBox, r.InWords()}
	if r.Accuracy.Above(0.5) && !r.ByLength() {
		verdict.kind = doneBox
	}
	return several{t, verdict}
}

// Difference tests on the held-out pairs whether two runs rank a different share of them right, or whether so many pairs
// can't tell.
func Difference(first, second string, p Pairs) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		var measured [2][]evaluation.Pair
		for i, dir := range []string{first, second} {
			record, err := finishedRun(dir)
			if err != nil {
				return nil, err
			}
			if measured[i], _, err = evaluateRun(ctx, dir, p, record.Config.Beta, record.Config.MaxLength, say); err != nil {
				return nil, err
			}
		}
		d, err := evaluation.Compare(measured[0], measured[1])
		if err != nil {
			return nil, err
		}
		verdict := box{noteBox, evaluation.DifferenceInWords(first, second, d)}
		if d.P < 0.05 {
			verdict.kind = doneBox
		}
		return verdict, nil
	})
}

// Fluency measures what a run did beside what it was trained for: what it has forgotten of plain text, and of some
// prompts of the held-out pairs whether its answers are longer, end, and repeat themselves, beside the base model's. The
// report stays in the run's folder, where Diagnose finds it.
func Fluency(dir string, p Pairs, prompts int) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		record, err := finishedRun(dir)
		if err != nil {
			return nil, err
		}
		if prompts < 1 {
			return nil, fmt.Errorf("%d prompts are to be answered; it must be at least 1", prompts)
		}
		report, ok, err := evaluation.ReadReport(dir)
		if err == nil && !ok {
			_, report, err = evaluateRun(ctx, dir, p, record.Config.Beta, record.Config.MaxLength, say)
		}
		if err != nil {
			return nil, err
		}
		if err := measureFluency(ctx, dir, p, prompts, &report, say); err != nil {
			return nil, err
		}
		rows := reported{report}.content()[0].(table)
		rows.caption = "What else " + dir + " changed"
		rows.rows = rows.rows[len(rows.rows)-fluencyRows:]
		return rows, report.Write(dir)
	})
}

// fluencyRows are the last rows of a report: plain text, and three on answers.
const fluencyRows = 4

func measureFluency(ctx context.Context, dir string, p Pairs, prompts int, report *evaluation.Report, say func(string, ...any)) error {
	set, err := p.toEvaluate()
	if err != nil {
		return err
	}
	model, err := baseModel()
	if err != nil {
		return err
	}
	tokens, err := newTokens()
	if err != nil {
		return err
	}
	text, err := measure.PlainText(ctx, model, dir, "", func(done, total int) { say("Reading plain text, part %d of %d", min(done+1, total), total) })
	if err != nil {
		return err
	}
	options := generate.Options{MaxNewTokens: tokens, Temperature: 1, TopP: 1, Samples: 1, Seed: 1}
	answers, err := generate.SampleBoth(ctx, model, dir, generate.Prompts(set, prompts), options, func(done, total int) { say("Answer %d of %d", min(done+1, total), total) })
	if err != nil {
		return err
	}
	wording := evaluation.WordingOf(answers, tokens)
	report.PlainText, report.Answers, report.WinRate = &text, &wording, nil
	return nil
}

func (r reported) HTML() template.HTML { return r.content().HTML() }
func (r reported) Text() string        { return r.content().Text() }
