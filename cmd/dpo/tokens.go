package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/dataview"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
)

func tokensCommand() *cobra.Command {
	var model, data string
	var prompts config.Prompts
	cmd := &cobra.Command{
		Use:   "tokens",
		Short: "Print the token ids of preference pairs",
		Long: `Print the token ids of preference pairs as JSON lines with the fields line (in the
data file, counted from 0), prompt_ids, chosen_ids and rejected_ids. Nothing is
truncated.

prompt_ids is the chat template up to the start of the assistant's answer;
prompt_ids followed by chosen_ids is the sequence that the model sees.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return dataview.Tokens(cmd.Context(), cmd.OutOrStdout(), data, model, prompts)
		},
	}
	flags.Model(cmd, &model)
	flags.Data(cmd, &data)
	flags.Prompts(cmd, &prompts)
	flags.System(cmd, &prompts.System)
	return cmd
}
