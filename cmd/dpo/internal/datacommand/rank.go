package datacommand

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/ballot"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/generate"
)

func rankCommand() *cobra.Command {
	o := ballot.Options{Drawing: generate.DefaultDrawOptions()}
	cmd := &cobra.Command{
		Use:   "rank RANKINGS",
		Short: "Rank the model's answers and save the rankings to a file",
		Long: `Rank the model's answers. For each prompt the model gives four, sampled as one batch
at rising temperatures and shown in shuffled order. Type their numbers, the best first:

  3 > 2 = 4 > 1   2 and 4 are equally good; commas or spaces may replace ">"
  all bad         no answer is worth learning from
  (empty line)    skip this prompt for now

Each ranking is saved at once, with the model, the sampling settings, the rater's
name and the time. Press Ctrl-D to stop; run the same command again to continue.
Another --rater is shown the same answers. Without prompts, the command shows the
answers in the file that the rater has not ranked.

The file can be used for training: dpo train --data RANKINGS.`,
		Args: flags.OneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Rankings = args[0]
			return ballot.Rank(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), o)
		},
	}
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Prompts(cmd, &o.Written)
	f := cmd.Flags()
	f.StringVar(&o.Adapter, "adapter", "", "PEFT `folder` to answer with")
	f.StringArrayVar(&o.Prompts, "prompt", nil, "a `prompt`; may be repeated")
	f.StringVar(&o.File, "prompts", "", flags.PromptsUsage)
	f.StringVar(&o.Rater, "rater", "me", "`name` of the rater")
	flags.Floats(f, &o.Drawing.Temperatures, "temperatures", "sampling `temperatures`, one per answer")
	f.IntVar(&o.Drawing.MaxNewTokens, "max-new-tokens", o.Drawing.MaxNewTokens, "maximum length of an answer, in tokens")
	f.Float64Var(&o.Drawing.TopP, "top-p", o.Drawing.TopP, "sample from the likeliest tokens whose probabilities add up to this")
	flags.Idle(cmd, func() bool { return len(o.Prompts) == 0 && o.File == "" }, "without --prompt or --prompts, which new answers are for", "adapter", "temperatures", "max-new-tokens", "top-p")
	return cmd
}
