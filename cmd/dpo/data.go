package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/source"
)

func dataCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Look at preference pairs before training on them",
		Long: `Look at preference pairs before training on them.

Pairs are named as in dpo train --data: a file, "builtin", or a published set,
which is fetched from the Hugging Face hub:

` + sourceList() + `
Settings follow the name, as in shp,ratio=3,pairs=1. "webgpt:FOLDER" reads a
set's files from a folder that lies here already.`,
	}
	cmd.AddCommand(lintCommand(), showCommand(), rankCommand(), rankingsCommand())
	return cmd
}

// sourceList has a line for each published set.
func sourceList() string {
	var b strings.Builder
	for _, name := range source.Names() {
		if !strings.HasPrefix(name, "shp/") {
			fmt.Fprintf(&b, "  %-33s %s\n", name, source.Describe(name))
		}
	}
	return b.String()
}

func lintCommand() *cobra.Command {
	var model, evalData string
	var noTokens bool
	o := lint.DefaultOptions()
	cmd := &cobra.Command{
		Use:   "lint PAIRS",
		Short: "Find what is wrong with pairs",
		Long: `Find what is wrong with pairs: equal, contradicting and repeated ones, prompts
that are held out and trained on, lengths that give the answer away, answers
that are cut, and more. What is found has one of three weights:

  wrong  mend it before training
  look   look at the examples; it may be meant
  note   good to know

The command ends with status 3 where something is wrong.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return lintPairs(cmd, args[0], evalData, model, noTokens, o)
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().StringVar(&evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	cmd.Flags().IntVar(&o.MaxLength, "max-length", config.Default().MaxLength, "tokens of prompt and answer together; the rest is cut")
	cmd.Flags().IntVar(&o.Examples, "examples", o.Examples, "most examples of a finding")
	cmd.Flags().IntVar(&o.MostTokenized, "max-tokenized", o.MostTokenized, "count the tokens of so many pairs, spread over the set; 0 for all")
	cmd.Flags().BoolVar(&noTokens, "no-tokens", false, "leave out what needs a model's tokenizer")
	return cmd
}

func lintPairs(cmd *cobra.Command, name, evalData, model string, noTokens bool, o lint.Options) error {
	train, heldOut, err := pairsToCheck(cmd.Context(), name, evalData)
	if err != nil {
		return err
	}
	if !noTokens {
		m, err := openModel(cmd.Context(), model)
		if err != nil {
			return fmt.Errorf("%w; --no-tokens does without a model", err)
		}
		defer m.Close()
		o.Encoder, o.Tokenizer = m.Chat, m.Tokenizer
	}
	report, err := lint.Check(cmd.Context(), train, heldOut, o)
	if err != nil {
		return err
	}
	writeReport(cmd.OutOrStdout(), report)
	if n := wrongs(report); n > 0 {
		return badData(fmt.Errorf("%d of the findings on %s should be mended before training", n, name))
	}
	return nil
}

// pairsToCheck are the pairs to train on, and those that are held out: as the second name says, or with the first one.
func pairsToCheck(ctx context.Context, name, evalData string) (train, heldOut *preference.Set, err error) {
	data, err := fetchData(ctx, name, evalData, 0, 0)
	return data.Train, data.HeldOut, err
}

func writeReport(w io.Writer, r lint.Report) {
	fmt.Fprintf(w, "%s: %d pairs", r.Source, r.Pairs)
	if r.HeldOut > 0 {
		fmt.Fprintf(w, ", %d held out", r.HeldOut)
	}
	fmt.Fprintln(w)
	for _, f := range r.Findings {
		fmt.Fprintf(w, "\n%-5s  %s: %d of %d\n       %s\n       %s\n", f.Severity, f.Rule, f.Count, f.Of, f.Says, f.Advice)
		for _, example := range f.Examples {
			fmt.Fprintf(w, "         %s: %s\n", example.Where, example.Text)
		}
	}
	if len(r.Good) > 0 {
		fmt.Fprintf(w, "\nnothing found: %s\n", strings.Join(r.Good, ", "))
	}
	for _, rule := range r.NotChecked {
		fmt.Fprintf(w, "not checked: %s\n", rule)
	}
}

func wrongs(r lint.Report) (n int) {
	for _, f := range r.Findings {
		if f.Severity == lint.Wrong {
			n++
		}
	}
	return n
}
