package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/talk"
	"example.com/gonb-dpo/dpocore/generate"
)

func generateCommand() *cobra.Command {
	var prompt string
	o := talk.Options{Sampling: generate.Options{MaxNewTokens: 128, TopP: 1, RepetitionPenalty: 1, Samples: 1, Seed: 42}}
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Answer a prompt",
		Long: `Answer a prompt, with or without an adapter. Only the answers are written to
standard output: a single answer is streamed, several are separated by lines of
three dashes.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return talk.Answer(cmd.Context(), cmd.OutOrStdout(), prompt, o)
		},
	}
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Prompts(cmd, &o.Prompts)
	cmd.Flags().StringVar(&o.Adapter, "adapter", "", "PEFT `folder` to answer with")
	cmd.Flags().StringVar(&prompt, "prompt", "", "prompt to answer")
	flags.System(cmd, &o.System)
	cmd.Flags().IntVar(&o.Sampling.Samples, "n", o.Sampling.Samples, "number of answers, computed as one batch")
	flags.Sampling(cmd, &o.Sampling)
	flags.Idle(cmd, func() bool { return o.Sampling.Temperature == 0 && o.Sampling.Samples > 1 }, "at temperature 0, where all answers are the same", "n")
	return cmd
}
