package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/loss"
)

func trainCommand() *cobra.Command {
	settings := config.Default()
	var o training.Options
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a LoRA adapter, or all weights, on preference pairs",
		Long: `Train a LoRA adapter on preference pairs or, with --full, all weights of the model.

The run folder (--out) holds the adapter in PEFT's format, metrics.jsonl with one
line per step, plots, and the latest checkpoints. --resume continues a stopped run,
which ends with the same bytes as an uninterrupted one.

What to look for: the loss starts at ln 2 = 0.693, since the model has no
preference yet; rewards/margins should rise above 0 and rewards/accuracies above
0.5. On noisy pairs such as HH-RLHF's harmlessness pairs the loss hardly moves in
50 steps; on clear-cut pairs such as the built-in ones it does.

--beta is the strength of the tie to the reference: a small beta ties the policy
loosely, so that it may move far, a large one tightly. DPO walkthroughs call
0.01–0.1 conservative, 0.1–0.3 balanced and 0.3–0.5 aggressive; those words do not
describe how far the policy moves.

To train on several objectives at once, mix them by weight. Only the ratio of the
weights matters:

  --data helpfulness=0.5,harmlessness=0.3,truthfulness=0.2
  --data safe:hh-rlhf/harmless-base=1,own:my_pairs.jsonl=2

Each part is DATA=WEIGHT or NAME:DATA=WEIGHT, where DATA is a file, an objective of
the built-in pairs, or a published set. A part of weight 0 is measured, not trained
on. With --mix sampling each step draws pairs in proportion to the weights; with
--mix loss the pairs keep their order and their losses are weighted. Metrics are
also reported per objective.

Settings can be in a file: --config run.yaml, with a line such as beta: 0.3 for
each, and flags win over it. dpo config translate writes such a file from one of
TRL, LLaMA-Factory or axolotl.

The loss (--loss-type) to start with, and two for when it fails; dpo help losses
lists all of them and says when to take which. Several are added with weights:

  --loss-type sigmoid,bco_pair,sft --loss-weights 0.8,0.2,1.0

` + lossTable(loss.Types()[:loss.Usual]),
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return training.Run(cmd.Context(), cmd.OutOrStdout(), settings, o)
		},
	}
	training.Flags(cmd, &settings, &o)
	return cmd
}

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
	training.OfAdapter(cmd, &settings)
	return cmd
}

// lossesTopic is the help topic with all losses.
func lossesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "losses",
		Short: "The losses of --loss-type, and when to take which",
		Long: `Losses (--loss-type), each as defined by TRL 1.16 or, for dpop, by its paper:

` + lossTable(loss.Types()) + `
Several losses are added, each times its weight, such as MPO:

  --loss-type sigmoid,bco_pair,sft --loss-weights 0.8,0.2,1.0

In such a list "sft" is supervised fine-tuning on the chosen answers, which
--sft-weight also adds. simpo, cpo and orpo need no reference: none is computed,
which saves its time, and rewards are log-probabilities times
beta instead of log-ratios.`,
	}
}

// lossTable returns a line with a summary of each loss.
func lossTable(names []string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "  %-13s %s\n", name, loss.About(name))
	}
	return b.String()
}
