package datacommand

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/dataview"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
)

func showCommand() *cobra.Command {
	var model string
	var prompts config.Prompts
	n, number := 3, 0
	cmd := &cobra.Command{
		Use:   "show PAIRS",
		Short: "Show pairs side by side, and as the model sees them",
		Long: `Show pairs side by side with the differing words marked, then the exact text that
the model sees, with the control tokens of its chat template, and at the end the
lengths of the pairs in tokens.

Differing words are coloured, or put in «» if the output is not a terminal.`,
		Args: flags.OneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("pair") {
				return dataview.Show(cmd.Context(), cmd.OutOrStdout(), args[0], model, prompts, n)
			}
			return dataview.ShowOne(cmd.Context(), cmd.OutOrStdout(), args[0], model, prompts, number)
		},
	}
	flags.Model(cmd, &model)
	flags.Prompts(cmd, &prompts)
	flags.System(cmd, &prompts.System)
	cmd.Flags().IntVarP(&n, "number", "n", n, "number of pairs to show, starting with the first")
	cmd.Flags().IntVar(&number, "pair", 0, "show only the pair with this number, starting at 1")
	cmd.MarkFlagsMutuallyExclusive("number", "pair")
	return cmd
}
