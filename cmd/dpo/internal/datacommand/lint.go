package datacommand

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/dataview"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/lint"
)

func lintCommand() *cobra.Command {
	o := dataview.LintOptions{Options: lint.DefaultOptions()}
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
		Args: flags.OneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return dataview.Lint(cmd.Context(), cmd.OutOrStdout(), args[0], o)
		},
	}
	flags.Model(cmd, &o.Model)
	cmd.Flags().StringVar(&o.EvalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published data set")
	cmd.Flags().IntVar(&o.MaxLength, "max-length", config.Default().MaxLength, "maximum length of prompt and answer together, in tokens; the rest is cut off")
	cmd.Flags().IntVar(&o.Examples, "examples", o.Examples, "maximum number of examples per finding")
	cmd.Flags().IntVar(&o.MaxTokenized, "max-tokenized", o.MaxTokenized, "number of pairs to count the tokens of, spread over the set; 0 for all")
	cmd.Flags().BoolVar(&o.NoTokens, "no-tokens", false, "skip the checks that need a tokenizer")
	flags.Idle(cmd, func() bool { return o.NoTokens }, "with --no-tokens", "model", "max-length", "max-tokenized")
	return cmd
}
