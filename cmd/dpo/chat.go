package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/generate"
)

func chatCommand() *cobra.Command {
	var model, adapter, system string
	draw := generate.Options{MaxNewTokens: 256, TopP: 1, RepetitionPenalty: 1, Samples: 1, Seed: 42}
	cmd := &cobra.Command{
		Use:   "chat",
		Short: "Talk with the model, with the adapter on or off",
		Long: `Talk with the model: each line is a message, and answers see what was said
before. A line that holds only

  /a      switches the adapter off and on again; the conversation goes on
  /reset  forgets the conversation
  /quit   ends, as does Ctrl-D

Ctrl-C stops an answer, and ends at the prompt. Standard output holds the answers,
an empty line after each, and nothing else, so messages may come from a pipe.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := draw.Validate(); err != nil {
				return wrongUse(err)
			}
			m, err := openModel(cmd.Context(), model)
			if err != nil {
				return err
			}
			defer m.Close()
			t := &talk{model: m, adapter: adapter, conversation: generate.NewConversation(system), draw: draw,
				out: cmd.OutOrStdout(), notes: cmd.ErrOrStderr(), prompting: isTerminal(cmd.InOrStdin())}
			defer t.close()
			if err := t.begin(); err != nil {
				return err
			}
			if err := cmd.Context().Err(); err != nil { // Ctrl-C while the weights were read
				return fmt.Errorf("chat: %w", err)
			}
			return t.run(cmd.InOrStdin())
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().StringVar(&adapter, "adapter", "", "PEFT `folder` to answer with; /a switches it off and on")
	systemFlag(cmd, &system)
	drawFlags(cmd, &draw)
	return cmd
}
