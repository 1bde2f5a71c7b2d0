package datacommand

import (
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/ballot"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/preference"
)

func rankingsCommand() *cobra.Command {
	var out, choice string
	var o preference.ListOptions
	cmd := &cobra.Command{
		Use:   "rankings RANKINGS...",
		Short: "Show how far raters agree, and turn rankings into pairs",
		Long: `Show what files written by dpo data rank contain together: how many prompts each rater has
ranked, and how far each two raters agree (Cohen's kappa over the pairs of answers
that both have ranked). With --out, write preference pairs: each pair once, without
those on which raters disagree.`,
		Args: flags.AnyArguments,
		RunE: func(cmd *cobra.Command, args []string) error {
			return ballot.Summarize(cmd.OutOrStdout(), args, choice, out, o)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the pairs to this `file`, as JSON Lines")
	cmd.Flags().StringVar(&choice, "pairs", "all", "which `pairs` to make of a ranking: "+strings.Join(preference.Choices, ", "))
	cmd.Flags().Float64Var(&o.MinGap, "gap", 0, "minimum difference between the ranks of a pair")
	flags.IdleWithout(cmd, "out", "pairs", "gap")
	return cmd
}
