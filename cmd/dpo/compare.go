package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/evaluate"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/compare"
)

func compareCommand() *cobra.Command {
	o := evaluate.CompareOptions{Rater: "me", Options: compare.Options{MaxNewTokens: 128, Seed: 42}}
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Compare answers before and after training, for any number of runs",
		Long: `Answer the same prompts with the base model and with the adapter of each run, by
greedy decoding or sampling with the same seed. The answers are saved in the run
folders, in answers.json, and reused when the same prompts are compared again.

With --blind VOTES the answers are shown in random order and without names. Enter
their numbers, best first, as for dpo data rank; once all prompts are ranked, the
models are revealed. The rankings are saved in VOTES; dpo train --data VOTES trains
on them.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return evaluate.Compare(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), o)
		},
	}
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Prompts(cmd, &o.Written)
	f := cmd.Flags()
	f.StringArrayVar(&o.Adapters, "adapter", []string{"dpo_finetuned_smollm2"}, "run `folder`; can be repeated")
	f.StringArrayVar(&o.Prompts, "prompt", nil, "prompt to answer; can be repeated (default three built-in prompts)")
	f.StringVar(&o.File, "prompts", "", flags.PromptsUsage)
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "maximum length of an answer in tokens")
	f.Float64Var(&o.Temperature, "temperature", 0, "sampling temperature; 0 for greedy decoding")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "seed of sampling, the same for all models")
	f.StringVar(&o.Votes, "blind", "", "rank the answers without knowing which model wrote them, and save the rankings in this `file`")
	f.StringVar(&o.Rater, "rater", o.Rater, "`name` of the person who ranks")
	flags.Idle(cmd, func() bool { return o.Temperature == 0 }, "at temperature 0, where the likeliest token is always chosen", "seed")
	flags.IdleWithout(cmd, "blind", "rater")
	return cmd
}
