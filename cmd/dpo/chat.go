package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/talk"
	"example.com/gonb-dpo/dpocore/generate"
)

func chatCommand() *cobra.Command {
	o := talk.Options{Sampling: generate.Options{MaxNewTokens: 256, TopP: 1, RepetitionPenalty: 1, Samples: 1, Seed: 42}}
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
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return talk.Chat(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr(), o)
		},
	}
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Prompts(cmd, &o.Prompts)
	cmd.Flags().StringVar(&o.Adapter, "adapter", "", "PEFT `folder` to answer with; /a switches it off and on")
	flags.System(cmd, &o.System)
	flags.Sampling(cmd, &o.Sampling)
	return cmd
}
