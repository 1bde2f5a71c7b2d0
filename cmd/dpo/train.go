package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/plots"
)

// trainOptions holds the options of dpo train other than the settings of the run.
type trainOptions struct {
	model, data, mix, evalData, out, merged string
	evalFraction                            float64
	resume, json                            bool
}

func trainCommand() *cobra.Command {
	settings := config.Default()
	var o trainOptions
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a LoRA adapter on preference pairs",
		Long: `Train a LoRA adapter on preference pairs.

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

Losses (--loss-type), each as defined by TRL 1.16:

` + lossTable(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !o.json {
				return trainRun(cmd, settings, o, newProgress(os.Stderr))
			}
			events := newEvents(cmd.OutOrStdout())
			return events.end(trainRun(cmd, settings, o, events))
		},
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.mix, "mix", "", "how the weights of a mix are applied: "+strings.Join(dataset.MixMethods, " or ")+" (default "+dataset.MixSampling+")")
	f.StringVar(&o.out, "out", "dpo_finetuned_smollm2", "run `folder`")
	f.StringVar(&o.merged, "merged", "", "also write the merged model to this `folder`")
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `fraction` of the training pairs, split by prompt")
	f.BoolVar(&o.json, "json", false, "write events as JSON lines to standard output (docs/command.md)")
	f.BoolVar(&o.resume, "resume", false, "continue the stopped run in --out")
	configFlags(f, &settings)
	f.BoolVar(&settings.Overwrite, "overwrite", false, "delete the run in --out, if any, and start over")
	cmd.MarkFlagsMutuallyExclusive("resume", "overwrite")
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	return cmd
}

func trainRun(cmd *cobra.Command, settings config.Config, o trainOptions, listener train.Listener) error {
	if err := settings.Validate(); err != nil {
		return wrongUse(err)
	}
	record, exists, err := run.ReadRecord(o.out)
	if err != nil {
		return err
	}
	if exists && !record.Finished && !o.resume && !settings.Overwrite {
		return fmt.Errorf("%s holds a stopped run; add --resume to continue it or --overwrite to start over, or choose another --out", o.out)
	}
	if err := checkFraction(o.evalFraction); err != nil {
		return err
	}
	data, err := fetchData(cmd.Context(), o.data, o.evalData, o.evalFraction, settings.Seed)
	if err != nil {
		return err
	}
	if err := setMix(data, o.mix); err != nil {
		return err
	}
	if settings.EarlyStopping > 0 && data.HeldOut == nil {
		return wrongUse(errors.New("early stopping needs held-out pairs; name a file with --eval-data, or hold out a fraction of the training pairs with --eval-fraction"))
	}
	m, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := train.Run(cmd.Context(), train.Job{Model: m, Dir: o.out, Config: settings, Data: data, Listener: listener}); err != nil {
		return err
	}
	return afterTraining(cmd, m, o, listener)
}

// afterTraining draws the plots, reports problems, and writes the merged model if asked to.
func afterTraining(cmd *cobra.Command, m *model.Model, o trainOptions, listener train.Listener) error {
	history, err := metrics.ReadHistory(o.out)
	if err != nil {
		return err
	}
	if err := plots.WriteRun(o.out, history); err != nil {
		return err
	}
	if !o.json { // with --json the last event says that the run has finished
		if err := noteProblems(o.out, listener); err != nil {
			return err
		}
	}
	if o.merged == "" {
		return nil
	}
	return mergeRun(cmd.Context(), m, o.out, o.merged, "float32")
}

// checkFraction checks --eval-fraction.
func checkFraction(fraction float64) error {
	if !(fraction >= 0 && fraction < 1) {
		return wrongUse(fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", fraction))
	}
	return nil
}

// setMix sets how the weights of a mix are applied.
func setMix(data dataset.Data, way string) error {
	switch {
	case way == "":
		return nil
	case data.Mix == nil:
		return wrongUse(errors.New("--mix needs weights in --data; write them as in helpfulness=0.5,harmlessness=0.5"))
	}
	data.Mix.By = way
	return wrongUse(data.Mix.Validate())
}

// lossTable returns a line with a summary of each loss.
func lossTable() string {
	var b strings.Builder
	for _, name := range loss.Types() {
		fmt.Fprintf(&b, "  %-13s %s\n", name, loss.About(name))
	}
	return b.String()
}
