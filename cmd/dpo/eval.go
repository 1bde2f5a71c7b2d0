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

// evalOptions are what to measure, and where to put it.
type evalOptions struct {
	model, adapter, against, data, perPair string

	maxLength int
	beta      float64
	plain     string // a file of plain text, "builtin" or ""
	answers   int    // prompts to answer
	tokens    int
	seed      uint64
	json      bool
}

func evalCommand() *cobra.Command {
	config := config.Default()
	o := evalOptions{maxLength: config.MaxLength, tokens: 128}
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Measure how often an adapter prefers the better answer, and what else it changed",
		Long: `Measure preference pairs under the model with an adapter, against the model without.

A pair's gap is how much more the adapter has raised the log-probability of the
chosen answer than that of the rejected one, in nats; times beta it is the
margin of DPO's loss. Accuracy is the share of pairs whose gap is above 0. Means
are over pairs; the 95 % intervals are bootstrapped over their prompts. Without
an adapter every gap is 0, and the log-probabilities are the model's.

Of the built-in pairs and of a published set those that training holds out are
measured. Where the adapter is a run folder, the report stays in it, as
evaluation.json and plots/calibration.png, where dpo diagnose finds it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return eval(cmd, o) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.adapter, "adapter", "", "PEFT `folder` to measure")
	f.StringVar(&o.against, "against", "", "another PEFT `folder`, to test whether the two differ on the same pairs")
	f.StringVar(&o.perPair, "per-pair", "", "write one JSON line for each pair to this `file`")
	f.IntVar(&o.maxLength, "max-length", o.maxLength, "tokens of prompt and answer together; the rest is cut")
	f.Float64Var(&o.beta, "beta", 0, "what makes rewards of gaps; 0 for the run's own, or 0.1")
	f.StringVar(&o.plain, "plain-text", "", "also measure what was forgotten, on a `file` of plain text, or on \"builtin\" text")
	f.IntVar(&o.answers, "answers", 0, "also answer so many prompts of the pairs with both models: length, ends, repetition")
	f.IntVar(&o.tokens, "max-new-tokens", o.tokens, "longest such answer, in tokens")
	f.Uint64Var(&o.seed, "seed", 1, "of these answers")
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
	if err := keep(o.adapter, report); err != nil {
		return err
	}
	difference := ""
	if o.against != "" {
		other, _, err := measure.Evaluate(cmd.Context(), m, o.against, set, o.maxLength, told(bar, "row %d of %d of the other …"))
		if err != nil {
			return err
		}
		d, err := evaluation.Compare(pairs, other)
		if err != nil {
			return err
		}
		difference = evaluation.DifferenceInWords(o.adapter, o.against, d)
	}
	bar.end()
	return printReport(cmd.OutOrStdout(), report, difference, o.json)
}

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
		return fmt.Errorf("%d prompts can't be answered; it must be at least 0", o.answers)
	case o.answers > 0 && o.tokens < 1:
		return fmt.Errorf("the longest answer is %d tokens; it must be at least 1", o.tokens)
	case o.adapter == "" && (o.against != "" || o.answers > 0 || o.plain != ""):
		return fmt.Errorf("--against, --answers and --plain-text compare an adapter with something; name it with --adapter")
	}
	return nil
}

// measure makes the report.
func measurePairs(ctx context.Context, m *model.Model, o evalOptions, set *preference.Set, bar *progress) ([]evaluation.Pair, evaluation.Report, error) {
	var r evaluation.Report
	beta, err := o.rewardBeta()
	if err != nil {
		return nil, r, err
	}
	pairs, notes, err := measure.Evaluate(ctx, m, o.adapter, set, o.maxLength, told(bar, "row %d of %d …"))
	if err != nil {
		return nil, r, err
	}
	for _, note := range notes {
		bar.Note(note)
	}
	if r, err = evaluation.Of(pairs, beta); err != nil {
		return nil, r, err
	}
	r.Run, r.Data = o.adapter, set.Source
	if o.plain != "" {
		path := o.plain
		if path == dataset.Builtin {
			path = ""
		}
		text, err := measure.PlainText(ctx, m, o.adapter, path, told(bar, "plain text, row %d of %d …"))
		if err != nil {
			return nil, r, err
		}
		r.PlainText = &text
	}
	if o.answers > 0 {
		options := generate.Options{MaxNewTokens: o.tokens, Temperature: 1, TopP: 1, Samples: 1, Seed: o.seed}
		answers, err := generate.SampleBoth(ctx, m, o.adapter, generate.Prompts(set, o.answers), options, told(bar, "answer %d of %d …"))
		if err != nil {
			return nil, r, err
		}
		wording := evaluation.WordingOf(answers, o.tokens)
		r.Answers = &wording
	}
	return pairs, r, nil
}

func told(bar *progress, format string) func(done, total int) {
	return func(done, total int) { bar.bar(format, min(done+1, total), total) }
}

// rewardBeta is the beta that was asked for, the run's own, or the default.
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

// keep leaves the report in a run's folder, where the adapter is one's.
func keep(dir string, r evaluation.Report) error {
	if _, ok, err := run.ReadRecord(dir); dir == "" || !ok || err != nil {
		return err
	}
	if err := r.Write(dir); err != nil {
		return err
	}
	return plots.WriteFigures(filepath.Join(dir, "plots"), plots.Calibration(r.Calibration))
}

// evalSet is a file's pairs, or those that a set holds out by itself.
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
	fmt.Fprintf(w, "%d pairs of %s, %d prompts; intervals hold the true figure with 95 %% confidence\n\n", r.Pairs, r.Data, r.Prompts)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.Name, row.Value, row.Interval, row.Words)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", r.InWords())
	if difference != "" {
		fmt.Fprintln(w, difference)
	}
	return nil
}
