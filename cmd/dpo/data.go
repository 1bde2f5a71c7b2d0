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

Name pairs as in dpo train --data: a file, "builtin", or a published data set,
which is downloaded from the Hugging Face hub:

` + sourceList() + `
Settings follow the name: shp,ratio=3,pairs=1. "webgpt:FOLDER" reads the files
of a data set from a local folder.`,
	}
	cmd.AddCommand(lintCommand(), showCommand(), rankCommand(), rankingsCommand())
	return cmd
}

// sourceList returns one line per published data set.
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
		Short: "Find problems in pairs",
		Long: `Find problems in pairs: duplicates, contradictions, prompts that are both held out
and trained on, lengths that give the answer away, truncated answers, and more. A
finding has one of three levels:

  wrong  fix it before training
  look   look at the examples; it may be intended
  note   good to know

The exit status is 3 if something is wrong.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return lintPairs(cmd, args[0], evalData, model, noTokens, o)
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().StringVar(&evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published data set")
	cmd.Flags().IntVar(&o.MaxLength, "max-length", config.Default().MaxLength, "maximum length of prompt and answer together, in tokens; the rest is cut off")
	cmd.Flags().IntVar(&o.Examples, "examples", o.Examples, "maximum number of examples per finding")
	cmd.Flags().IntVar(&o.MaxTokenized, "max-tokenized", o.MaxTokenized, "number of pairs to count the tokens of, spread over the set; 0 for all")
	cmd.Flags().BoolVar(&noTokens, "no-tokens", false, "skip the checks that need a tokenizer")
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
			return fmt.Errorf("%w; --no-tokens needs no model", err)
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
		return badData(fmt.Errorf("%d of the findings in %s should be fixed before training", n, name))
	}
	return nil
}

// pairsToCheck returns the pairs to train on and the held-out pairs: those named by evalData, or the ones that belong to name.
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
		fmt.Fprintf(w, "\n%-5s  %s: %d of %d\n       %s\n       %s\n", f.Severity, f.Rule, f.Count, f.Of, f.Summary, f.Advice)
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
