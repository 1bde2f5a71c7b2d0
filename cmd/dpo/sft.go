package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/loss"
)

func sftCommand() *cobra.Command {
	settings := config.Default()
	settings.LossType = loss.SFTName
	var o training.Options
	chosen := false
	cmd := &cobra.Command{
		Use:   "sft",
		Short: "Fine-tune a LoRA adapter on single answers, the stage before preferences",
		Long: `Fine-tune a LoRA adapter on single answers: supervised fine-tuning, the stage that
comes before preferences. The loss is the mean negative log-probability of the
answers' tokens, in nats; the prompts' tokens do not count.

The answers are records of a file (--data),

  {"prompt": "Why?", "completion": "Because …"}
  {"prompt": [turns], "completion": [turns]}
  {"messages": [turns]}

where the last turn is the assistant's, or with --chosen the chosen answers of
preference pairs, which --data then names as for dpo train.

The run folder, --resume, --merged and --json are those of dpo train. The next stage,
preferences:

  dpo sft --chosen --data builtin --out sft
  dpo train --data builtin --init-adapter sft --out run
  dpo merge --adapter run --out merged

What to look for: the loss and its held-out twin should fall, and the token accuracy,
the share of tokens that the model finds likeliest, should rise. A held-out loss that
rises again means that the answers are being memorized. Learning rates of 1e-4 to
2e-4 are usual here.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Pairs.Answers = dataset.OfRecords
			if chosen {
				o.Pairs.Answers = dataset.OfPairs
			}
			return training.Run(cmd.Context(), cmd.OutOrStdout(), settings, o)
		},
	}
	f := cmd.Flags()
	flags.Base(cmd, &o.Model, &o.AnyBase)
	f.StringVar(&o.Pairs.Data, "data", "", "`file` of answers, or with --chosen of pairs, \"builtin\" or a published set")
	f.BoolVar(&chosen, "chosen", false, "train on the chosen answers of preference pairs")
	f.StringVar(&o.Out, "out", "dpo_sft", "run `folder`")
	f.StringVar(&o.Merged, "merged", "", "also write the merged model to this `folder`")
	f.StringVar(&o.Pairs.EvalData, "eval-data", "", "held-out answers: a `file`, or with --chosen pairs")
	f.Float64Var(&o.Pairs.EvalFraction, "eval-fraction", 0, "hold out this `fraction` of the answers, split by prompt")
	f.BoolVar(&o.JSON, "json", false, "write events as JSON lines to standard output (docs/command.md)")
	f.BoolVar(&o.Resume, "resume", false, "continue the stopped run in --out")
	flags.FineTuning(f, &settings)
	f.BoolVar(&settings.Overwrite, "overwrite", false, "delete the run in --out, if any, and start over")
	cobra.CheckErr(cmd.MarkFlagRequired("data"))
	cmd.MarkFlagsMutuallyExclusive("resume", "overwrite")
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	return cmd
}
