package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
)

// trainOptions are what the command takes beside the configuration.
type trainOptions struct {
	model, data, mix, evalData, out, merged string
	evalFraction                            float64
	resume, json                            bool
}

func trainCommand() *cobra.Command {
	config := config.Default()
	var o trainOptions
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a LoRA adapter on preference pairs",
		Long: `Train a LoRA adapter on preference pairs, from the model as it is.

The run folder (--out) holds the adapter as PEFT loads it, metrics.jsonl with
one line a step, pictures, and the last checkpoints. A run that was stopped goes
on with --resume and ends with the same bytes as one that never stopped.

What to look at: the loss starts at ln 2 = 0.693, where the model has no
preference yet; rewards/margins should rise above 0 and rewards/accuracies
above 0.5. With 50 steps on harmless-or-not pairs from the wild, as in HH-RLHF,
the loss hardly moves; on clear-cut pairs such as the built-in ones it does.

  --beta 0.01–0.1  conservative: the model may move far for a small gain
  --beta 0.1–0.3   balanced
  --beta 0.3–0.5   aggressive: the margin grows quickly, the model stays near

Several objectives at once are a mix, whose weights count by their ratio:

  --data helpfulness=0.5,harmlessness=0.3,truthfulness=0.2
  --data safe:hh-rlhf/harmless-base=1,own:my_pairs.jsonl=2

A part is DATA=WEIGHT or NAME:DATA=WEIGHT; data are a file, an objective of the
built-in pairs, or a published set. One of weight 0 is measured, not trained on.
With --mix sampling each step draws its pairs in proportion to the weights; with
--mix loss they come as they are, and their losses count by the weights. What is
measured is shown of each objective too.

Losses (--loss-type), each as TRL 1.16 defines it:

` + lossTable(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !o.json {
				return train(cmd, config, o, newProgress(os.Stderr))
			}
			told := newEvents(cmd.OutOrStdout())
			return told.end(train(cmd, config, o, told))
		},
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.mix, "mix", "", "how the weights of a mix act: "+strings.Join(dataset.MixWays, " or ")+" (default "+dataset.MixSampling+")")
	f.StringVar(&o.out, "out", "dpo_finetuned_smollm2", "run `folder`")
	f.StringVar(&o.merged, "merged", "", "also write the merged model to this `folder`")
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `share` of the training pairs, by prompt")
	f.BoolVar(&o.json, "json", false, "write each event as a JSON line to standard output (docs/command.md)")
	f.BoolVar(&o.resume, "resume", false, "go on with the run in --out where it was stopped")
	configFlags(f, &config)
	f.BoolVar(&config.Overwrite, "overwrite", false, "remove the run that --out holds, and begin anew")
	cmd.MarkFlagsMutuallyExclusive("resume", "overwrite")
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	return cmd
}

func train(cmd *cobra.Command, config config.Config, o trainOptions, listener train.Listener) error {
	if err := config.Validate(); err != nil {
		return wrongUse(err)
	}
	record, begun, err := run.ReadRecord(o.out)
	if err != nil {
		return err
	}
	if begun && !record.Finished && !o.resume && !config.Overwrite {
		return fmt.Errorf("%s holds a run that was stopped; add --resume to go on with it or --overwrite to begin anew, or choose another --out", o.out)
	}
	if !(o.evalFraction >= 0 && o.evalFraction < 1) {
		return wrongUse(fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", o.evalFraction))
	}
	data, err := fetchData(cmd.Context(), o.data, o.evalData, o.evalFraction, config.Seed)
	if err != nil {
		return err
	}
	if err := setMix(data, o.mix); err != nil {
		return err
	}
	if config.EarlyStopping > 0 && data.HeldOut == nil {
		return wrongUse(errors.New("early stopping watches held-out pairs, and there are none; name a file of them with --eval-data, or a share of the training pairs with --eval-fraction"))
	}
	model, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer model.Close()
	if err := train.Run(cmd.Context(), train.Job{Model: model, Dir: o.out, Config: config, Data: data, Listener: listener}); err != nil {
		return err
	}
	history, err := metrics.ReadHistory(o.out)
	if err != nil {
		return err
	}
	if err := plots.WriteRun(o.out, history); err != nil {
		return err
	}
	if !o.json { // there the last event is that the run has finished
		if err := noteProblems(o.out, listener); err != nil {
			return err
		}
	}
	if o.merged == "" {
		return nil
	}
	return merge(cmd.Context(), model, o.out, o.merged, "float32")
}

// setMix makes the weights of a mix act as it was asked for.
func setMix(data dataset.Data, way string) error {
	switch {
	case way == "":
		return nil
	case data.Mix == nil:
		return wrongUse(errors.New("--mix says how the weights of a mix act, and --data names none; write it as in helpfulness=0.5,harmlessness=0.5"))
	}
	data.Mix.By = way
	return wrongUse(data.Mix.Validate())
}

// lossTable says of each loss what it is.
func lossTable() string {
	var b strings.Builder
	for _, name := range loss.Types() {
		fmt.Fprintf(&b, "  %-13s %s\n", name, loss.About(name))
	}
	return b.String()
}
