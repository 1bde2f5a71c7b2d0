// Package evaluate measures adapters on preference pairs, and compares their answers with those of the base model.
package evaluate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/place"
)

// Options are the flags of dpo eval.
type Options struct {
	Model, Adapter string
	AnyBase        bool           // accept an adapter of another model
	Prompts        config.Prompts // that are given; the others are those of the adapter's run
	Against        string         // another adapter to compare with, or ""
	Data           string
	PerPair        string // file for a line per pair, or ""

	MaxLength    int     // of prompt and answer, in tokens; 0 for that of the run
	Beta         float64 // of the rewards; 0 for that of the run
	PlainText    string  // path of a plain text file, "builtin" or ""
	Answers      int     // number of prompts to answer
	MaxNewTokens int     // of an answer
	Seed         uint64
	JSON         bool
}

// Run evaluates an adapter on pairs and prints a report.
func Run(ctx context.Context, out io.Writer, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return exit.WrongUse(err)
	}
	if err := place.File(o.PerPair, o.Data); err != nil {
		return err
	}
	set, err := open.HeldOut(ctx, o.Data)
	if err != nil {
		return err
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, o.Prompts, o.Adapter, o.Against)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := open.Date(m, o.Prompts.Date); err != nil {
		return err
	}
	if o.Against != "" { // before the first adapter is measured
		if err := m.CheckAdapter(o.Against); err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
	}
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	pairs, report, err := measurePairs(ctx, m, o, set, bar)
	if err != nil {
		return err
	}
	difference := ""
	if o.Against != "" {
		other, reference, _, err := measure.EvaluateRun(ctx, m, o.Against, set, o.MaxLength, bar.Counter("second adapter, row %d of %d …"))
		if err != nil {
			return err
		}
		if reference != report.Reference {
			bar.Note(fmt.Sprintf("The reference of %s is %s, that of %s %s; each is measured against its own.", o.Adapter, report.Reference, o.Against, reference))
		}
		d, err := evaluation.Compare(pairs, other)
		if err != nil {
			return err
		}
		difference = evaluation.SummarizeDifference(o.Adapter, o.Against, d)
	}
	bar.End()
	return errors.Join(printReport(out, report, difference, o.JSON), o.save(m, pairs, report))
}

// save writes what was measured to files. It comes after the report is printed, since a place that can't be written to must not
// cost the figures.
func (o Options) save(m *model.Model, pairs []evaluation.Pair, report evaluation.Report) error {
	var perPair error
	if o.PerPair != "" {
		perPair = evaluation.WritePairs(o.PerPair, pairs)
	}
	if m.OnOtherBase(o.Adapter) {
		fmt.Fprintf(os.Stderr, "note: the report is not saved in %s, whose run had another model\n", o.Adapter)
		return perPair
	}
	return errors.Join(perPair, saveReport(o.Adapter, report))
}

// complete gives the options that are 0 the values of the run.
func (o *Options) complete() error {
	settings, err := run.Settings(o.Adapter)
	o.MaxLength, o.Beta = cmp.Or(o.MaxLength, settings.MaxLength), cmp.Or(o.Beta, settings.Beta)
	return err
}

// check returns an error for options that can't be used.
func (o Options) check() error {
	settings := config.Default()
	settings.MaxLength, settings.Beta = o.MaxLength, o.Beta
	if err := settings.Validate(); err != nil {
		return err
	}
	switch {
	case o.Answers < 0:
		return fmt.Errorf("the number of prompts to answer is %d; it must be at least 0", o.Answers)
	case o.Answers > 0 && o.MaxNewTokens < 1:
		return fmt.Errorf("the maximum length of an answer is %d tokens; it must be at least 1", o.MaxNewTokens)
	case o.Adapter == "" && (o.Against != "" || o.Answers > 0 || o.PlainText != ""):
		return fmt.Errorf("--against, --answers and --plain-text need an adapter; name it with --adapter")
	}
	return nil
}

// measurePairs evaluates the pairs and summarizes them in a report.
func measurePairs(ctx context.Context, m *model.Model, o Options, set *preference.Set, bar *terminal.Bar) ([]evaluation.Pair, evaluation.Report, error) {
	var r evaluation.Report
	pairs, reference, notes, err := measure.EvaluateRun(ctx, m, o.Adapter, set, o.MaxLength, bar.Counter("row %d of %d …"))
	if err != nil {
		return nil, r, err
	}
	for _, note := range notes {
		bar.Note(note)
	}
	if r, err = evaluation.Summarize(pairs, o.Beta); err != nil {
		return nil, r, err
	}
	r.Run, r.Data, r.Reference = o.Adapter, set.Source, reference
	if o.PlainText != "" {
		path := o.PlainText
		if path == dataset.Builtin {
			path = ""
		}
		text, err := measure.PlainText(ctx, m, o.Adapter, path, bar.Counter("plain text, row %d of %d …"))
		if err != nil {
			return nil, r, err
		}
		r.PlainText = &text
	}
	if o.Answers > 0 {
		options := generate.Options{MaxNewTokens: o.MaxNewTokens, Temperature: 1, TopP: 1, Samples: 1, Seed: o.Seed}
		answers, err := generate.SampleBoth(ctx, m, o.Adapter, generate.Prompts(set, o.Answers), options, bar.Counter("answer %d of %d …"))
		if err != nil {
			return nil, r, err
		}
		wording := evaluation.SummarizeAnswers(answers, o.MaxNewTokens)
		r.Answers = &wording
	}
	return pairs, r, nil
}
