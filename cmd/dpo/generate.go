package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
)

func generateCommand() *cobra.Command {
	var model, adapter, prompt string
	o := generate.Options{MaxNewTokens: 128, TopP: 1, Samples: 1, Seed: 42}
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Answer a prompt",
		Long: `Answer a prompt, with or without an adapter. Standard output holds the answers
and nothing else; several are set apart by a line of three dashes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if prompt == "" {
				return fmt.Errorf("there is no prompt; give one with --prompt \"…\"")
			}
			if err := o.Validate(); err != nil {
				return err
			}
			m, err := dpocore.OpenModel(model)
			if err != nil {
				return err
			}
			defer m.Close()
			answerer, err := m.Answerer(adapter)
			if err != nil {
				return err
			}
			defer answerer.Close()
			answers, err := answerer.Answer(cmd.Context(), []preference.Turn{{Role: "user", Content: prompt}}, o, nil)
			if err != nil {
				return err
			}
			for i, answer := range answers {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "---")
				}
				fmt.Fprintln(cmd.OutOrStdout(), answer)
			}
			return nil
		},
	}
	f := cmd.Flags()
	modelFlag(cmd, &model)
	f.StringVar(&adapter, "adapter", "", "PEFT `folder` to answer with")
	f.StringVar(&prompt, "prompt", "", "what to answer")
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "longest answer, in tokens")
	f.Float64Var(&o.Temperature, "temperature", o.Temperature, "0 takes the likeliest token every time; 0.7 varies")
	f.Float64Var(&o.TopP, "top-p", o.TopP, "draw among the likeliest tokens that make up this probability")
	f.IntVar(&o.Samples, "n", o.Samples, "answers, computed as one batch")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "the same seed gives the same answers")
	return cmd
}
