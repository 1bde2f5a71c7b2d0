package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/sweeps"
	"example.com/gonb-dpo/dpocore/frontier"
	"example.com/gonb-dpo/dpocore/judge"
)

func frontierCommand() *cobra.Command {
	config := frontier.DefaultConfig()
	var o sweeps.FrontierOptions
	methods := ""
	cmd := &cobra.Command{
		Use:   "frontier",
		Short: "Compare losses by what a known score costs in divergence, as in the DPO paper",
		Long: `Compare losses by what a judge's score costs in divergence from the reference, as
figure 2 of the DPO paper does:

  dpo frontier --judge lexicon:you,your --max-steps 60 --out frontier

The judge is computed from an answer's text, so the truth is known exactly. It
puts the answers of --data in its order, each method trains on these pairs, and
each model answers held-out prompts. The table has the mean score of the answers
and the KL divergence from the model alone, in nats per answer, both with 95 %
intervals over prompts: a method is better if it reaches a score at a smaller KL.

  --methods "sigmoid:0.05,0.1,0.5 sft ipo:0.1"   losses with their betas; sft is
                                                 fine-tuning on the chosen answers

--out holds a run for each method, its answers, frontier.json and plots/. Run the
same command again to resume; more methods can be added.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cmd.Flags().Changed("methods") {
				if config.Methods, err = frontier.ParseMethods(methods); err != nil {
					return exit.WrongUse(err)
				}
			}
			return sweeps.RunFrontier(cmd.Context(), cmd.OutOrStdout(), config, o)
		},
	}
	f := cmd.Flags()
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Data(cmd, &o.Pairs.Data)
	f.StringVar(&o.Pairs.EvalData, "eval-data", "", "held-out pairs, whose prompts are answered: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.Pairs.EvalFraction, "eval-fraction", 0, "hold out this `fraction` of the training pairs, split by prompt")
	f.StringVar(&o.Judge, "judge", "words:40", "`judge` that is computed from the text: "+judge.Computed)
	f.StringVar(&methods, "methods", "", "`losses` with their betas (default \""+frontier.Describe(config.Methods)+"\")")
	f.StringVar(&o.Out, "out", "frontier", "`folder` for all methods")
	f.IntVar(&config.Prompts, "answered-prompts", config.Prompts, "held-out prompts to answer")
	f.IntVar(&config.Samples, "answers", config.Samples, "answers per prompt, an even number")
	f.IntVar(&config.MaxTokens, "max-new-tokens", config.MaxTokens, "maximum answer length in tokens")
	flags.Settings(f, &config.Train)
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	flags.Idle(cmd, func() bool { return true }, "here, since --methods gives it", "loss-type", "beta")
	return cmd
}
