package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/plots"
)

// evalOptions are the command's flags.
type evalOptions struct {
	model, adapter, against, data, perPair string

	maxLength int
	beta      float64
	plain     string // path of a plain text file, "builtin" or ""
	answers   int    // number of prompts to answer
	tokens    int
	seed      uint64
	json      bool
}

func evalCommand() *cobra.Command {
	config := config.Default()
	o := evalOptions{maxLength: config.MaxLength, tokens: 128}
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Measure how often an adapter prefers the better answer, and its side effects",
		Long: `Evaluate a model with an adapter on preference pairs, compared to the base model.

A pair's gap is how much more the adapter raises the log-probability of the chosen
answer than that of the rejected one, in nats; times beta it is the margin in
DPO's loss. Accuracy is the fraction of pairs with a gap above 0. Means are over
pairs; the 95 % intervals are bootstrapped over prompts. Without an adapter all
gaps are 0, and the log-probabilities are those of the base model.

For the built-in pairs and published datasets, the held-out pairs are used. If the
adapter is a run folder, the report is also saved there, as evaluation.json and
plots/calibration.png, for dpo diagnose.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return eval(cmd, o) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.adapter, "adapter", "", "PEFT `folder` to evaluate")
	f.StringVar(&o.against, "against", "", "another PEFT `folder` to compare with on the same pairs")
	f.StringVar(&o.perPair, "per-pair", "", "write one JSON line per pair to this `file`")
	f.IntVar(&o.maxLength, "max-length", o.maxLength, "maximum tokens of prompt plus answer; the rest is truncated")
	f.Float64Var(&o.beta, "beta", 0, "beta for rewards; 0 for that of the run, or 0.1")
	f.StringVar(&o.plain, "plain-text", "", "also measure the perplexity change on a plain text `file`, or on \"builtin\" text")
	f.IntVar(&o.answers, "answers", 0, "also answer this many prompts with both models, and compare length, end of turn and repetition")
	f.IntVar(&o.tokens, "max-new-tokens", o.tokens, "maximum length of these answers in tokens")
	f.Uint64Var(&o.seed, "seed", 1, "seed of these answers")
	f.BoolVar(&o.json, "json", false, "write the report as JSON")
	return cmd
}

func eval(cmd *cobra.Command, o evalOptions) error {
	if err := o.check(); err != nil {
		return wrongUse(err)
	}
	set, err := evalSet(cmd.Context(), o.data)
	if err != nil {
		return err
	}
	m, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	bar := newProgress(os.Stderr)
	defer bar.end()
	pairs, report, err := measurePairs(cmd.Context(), m, o, set, bar)
	if err != nil {
		return err
	}
	if o.perPair != "" {
		if err := evaluation.WritePairs(o.perPair, pairs); err != nil {
			return err
		}
	}
	if err := saveReport(o.adapter, report); err != nil {
		return err
	}
	difference := ""
	if o.against != "" {
		other, _, err := measure.Evaluate(cmd.Context(), m, o.against, set, o.maxLength, showOn(bar, "second adapter, row %d of %d …"))
		if err != nil {
			return err
		}
		d, err := evaluation.Compare(pairs, other)
		if err != nil {
			return err
		}
		difference = evaluation.SummarizeDifference(o.adapter, o.against, d)
	}
	bar.end()
	return printReport(cmd.OutOrStdout(), report, difference, o.json)
}

// check returns an error for options that can't be used.
func (o evalOptions) check() error {
	config := config.Default()
	config.MaxLength = o.maxLength
	if o.beta != 0 {
		config.Beta = o.beta
	}
	if err := config.Validate(); err != nil {
		return err
	}
	switch {
	case o.answers < 0:
		return fmt.Errorf("the number of prompts to answer is %d; it must be at least 0", o.answers)
	case o.answers > 0 && o.tokens < 1:
		return fmt.Errorf("the maximum length of an answer is %d tokens; it must be at least 1", o.tokens)
	case o.adapter == "" && (o.against != "" || o.answers > 0 || o.plain != ""):
		return fmt.Errorf("--against, --answers and --plain-text need an adapter; name it with --adapter")
	}
	return nil
}

// measurePairs evaluates the pairs and writes the report.
func measurePairs(ctx context.Context, m *model.Model, o evalOptions, set *preference.Set, bar *progress) ([]evaluation.Pair, evaluation.Report, error) {
	var r evaluation.Report
	beta, err := o.rewardBeta()
	if err != nil {
		return nil, r, err
	}
	pairs, notes, err := measure.Evaluate(ctx, m, o.adapter, set, o.maxLength, showOn(bar, "row %d of %d …"))
	if err != nil {
		return nil, r, err
	}
	for _, note := range notes {
		bar.Note(note)
	}
	if r, err = evaluation.Summarize(pairs, beta); err != nil {
		return nil, r, err
	}
	r.Run, r.Data = o.adapter, set.Source
	if o.plain != "" {
		path := o.plain
		if path == dataset.Builtin {
			path = ""
		}
		text, err := measure.PlainText(ctx, m, o.adapter, path, showOn(bar, "plain text, row %d of %d …"))
		if err != nil {
			return nil, r, err
		}
		r.PlainText = &text
	}
	if o.answers > 0 {
		options := generate.Options{MaxNewTokens: o.tokens, Temperature: 1, TopP: 1, Samples: 1, Seed: o.seed}
		answers, err := generate.SampleBoth(ctx, m, o.adapter, generate.Prompts(set, o.answers), options, showOn(bar, "answer %d of %d …"))
		if err != nil {
			return nil, r, err
		}
		wording := evaluation.SummarizeAnswers(answers, o.tokens)
		r.Answers = &wording
	}
	return pairs, r, nil
}

// showOn returns a progress callback that shows a format of done and total on a bar.
func showOn(bar *progress, format string) func(done, total int) {
	return func(done, total int) { bar.bar(format, min(done+1, total), total) }
}

// rewardBeta returns the beta of the flag, else of the run, else the default.
func (o evalOptions) rewardBeta() (float64, error) {
	if o.beta != 0 {
		return o.beta, nil
	}
	record, ok, err := run.ReadRecord(o.adapter)
	if ok && err == nil {
		return record.Config.Beta, nil
	}
	return config.Default().Beta, err
}

// saveReport writes the report to the adapter's folder if that is a run folder.
func saveReport(dir string, r evaluation.Report) error {
	if _, ok, err := run.ReadRecord(dir); dir == "" || !ok || err != nil {
		return err
	}
	if err := r.Write(dir); err != nil {
		return err
	}
	return plots.WriteFigures(filepath.Join(dir, "plots"), plots.Calibration(r.Calibration))
}

// evalSet returns a dataset's held-out pairs if it has any, and otherwise all pairs.
func evalSet(ctx context.Context, name string) (*preference.Set, error) {
	data, err := fetchData(ctx, name, "", 0, 0)
	if data.HeldOut != nil {
		return data.HeldOut, err
	}
	return data.Train, err
}

func printReport(w io.Writer, r evaluation.Report, difference string, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	fmt.Fprintf(w, "%d pairs of %s, %d prompts; 95 %% confidence intervals\n\n", r.Pairs, r.Data, r.Prompts)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.Name, row.Value, row.Interval, row.Description)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", r.Summary())
	if difference != "" {
		fmt.Fprintln(w, difference)
	}
	return nil
}
