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
		Short: "Chat with the model, with the adapter on or off",
		Long: `Chat with the model: each line is a message, and the model sees the conversation
so far. These lines are commands:

  /a      switches the adapter off and on again within the conversation
  /reset  starts a new conversation
  /quit   quits, as does Ctrl-D

Ctrl-C stops an answer, and quits at the prompt. Only the answers are written to
standard output, each followed by an empty line, so messages can come from a pipe.`,
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
			if err := t.start(); err != nil {
				return err
			}
			if err := cmd.Context().Err(); err != nil { // Ctrl-C while the weights were being read
				return fmt.Errorf("chat: %w", err)
			}
			return t.run(cmd.InOrStdin())
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().StringVar(&adapter, "adapter", "", "PEFT `folder` to answer with; /a switches it off and on")
	systemFlag(cmd, &system)
	samplingFlags(cmd, &draw)
	return cmd
}
