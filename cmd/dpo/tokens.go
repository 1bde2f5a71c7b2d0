package main

import (
	"bufio"
	"encoding/json"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

func tokensCommand() *cobra.Command {
	var model, data string
	cmd := &cobra.Command{
		Use:   "tokens",
		Short: "Print the token ids of preference pairs",
		Long: `Print the token ids of preference pairs as JSON lines with the fields line (in the
data file, counted from 0), prompt_ids, chosen_ids and rejected_ids. Nothing is
truncated.

prompt_ids is the chat template up to the start of the assistant's answer;
prompt_ids followed by chosen_ids is the sequence that the model sees.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, _, err := dataset.ReadPairs(data)
			if err != nil {
				return badData(err)
			}
			m, err := openModel(cmd.Context(), model)
			if err != nil {
				return err
			}
			defer m.Close()
			return printTokens(cmd, m, set)
		},
	}
	modelFlag(cmd, &model)
	dataFlag(cmd, &data)
	return cmd
}

func printTokens(cmd *cobra.Command, m *model.Model, set *preference.Set) error {
	out := bufio.NewWriter(cmd.OutOrStdout())
	encoder := json.NewEncoder(out)
	for _, pair := range set.Pairs {
		tokens, _, err := m.Chat.Pair(pair)
		if err != nil {
			return err
		}
		if err := encoder.Encode(struct {
			Line     int     `json:"line"`
			Prompt   []int32 `json:"prompt_ids"`
			Chosen   []int32 `json:"chosen_ids"`
			Rejected []int32 `json:"rejected_ids"`
		}{pair.Line, tokens.Prompt, tokens.Chosen, tokens.Rejected}); err != nil {
			return err
		}
	}
	return out.Flush()
}
