package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/evaluate"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
)

func evalCommand() *cobra.Command {
	o := evaluate.Options{MaxNewTokens: 128}
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Measure how often an adapter prefers the better answer, and its side effects",
		Long: `Evaluate a model with an adapter on preference pairs, compared with the reference
that the adapter was trained with: the base model, or what its run was given as
--reference. An adapter of another program is compared with the base model. A run
of dpo train --full, which has no adapter, is named in the same way.

A pair's gap is how much more the adapter raises the log-probability of the chosen
answer than that of the rejected one, in nats; times beta it is the margin in
DPO's loss. Accuracy is the fraction of pairs with a gap above 0. Means are over
pairs; the 95 % intervals are bootstrapped over prompts. Without an adapter all
gaps are 0, and the log-probabilities are those of the base model.

For the built-in pairs and published datasets, the held-out pairs are used. If the
adapter is a run folder, the report is also saved there, as evaluation.json and
plots/calibration.png, for dpo diagnose.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return evaluate.Run(cmd.Context(), cmd.OutOrStdout(), o) },
	}
	f := cmd.Flags()
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Prompts(cmd, &o.Prompts)
	flags.Data(cmd, &o.Data)
	f.StringVar(&o.Adapter, "adapter", "", "PEFT `folder` to evaluate")
	f.StringVar(&o.Against, "against", "", "another PEFT `folder` to compare with on the same pairs")
	f.StringVar(&o.PerPair, "per-pair", "", "write one JSON line per pair to this `file`")
	f.IntVar(&o.MaxLength, "max-length", 0, fmt.Sprintf("maximum tokens of prompt plus answer; the rest is truncated; 0 for that of the run, or %d", config.Default().MaxLength))
	f.Float64Var(&o.Beta, "beta", 0, fmt.Sprintf("beta for rewards; 0 for that of the run, or %g", config.Default().Beta))
	f.StringVar(&o.PlainText, "plain-text", "", "also measure the perplexity change on a plain text `file`, or on \"builtin\" text")
	f.IntVar(&o.Answers, "answers", 0, "also answer this many prompts with both models, and compare length, end of turn and repetition")
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "maximum length of these answers in tokens")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of these answers")
	f.BoolVar(&o.JSON, "json", false, "write the report as JSON")
	flags.IdleWithout(cmd, "answers", "max-new-tokens", "seed")
	flags.IdleWithout(cmd, "adapter", "beta")
	return cmd
}
