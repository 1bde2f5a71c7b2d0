package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// trainOptions are what the command takes beside the configuration.
type trainOptions struct {
	model, data, evalData, out, merged string
	evalFraction                       float64
	resume, json                       bool
}

func trainCommand() *cobra.Command {
	config := dpocore.DefaultConfig()
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
	f.StringVar(&o.out, "out", "dpo_finetuned_smollm2", "run `folder`")
	f.StringVar(&o.merged, "merged", "", "also write the merged model to this `folder`")
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `share` of the training pairs, by prompt")
	f.BoolVar(&o.json, "json", false, "write each event as a JSON line to standard output (docs/command.md)")
	f.BoolVar(&o.resume, "resume", false, "go on with the run in --out where it was stopped")
	f.Float64Var(&config.Beta, "beta", config.Beta, "how closely the policy is held to the reference")
	f.StringVar(&config.LossType, "loss-type", config.LossType, "the `loss`: "+strings.Join(loss.Types(), ", "))
	f.Float64Var(&config.SFTWeight, "sft-weight", config.SFTWeight, "add this much of plain fine-tuning on the chosen answers")
	f.Float64Var(&config.LabelSmoothing, "label-smoothing", config.LabelSmoothing, "share of pairs whose labels are taken to be wrong")
	f.IntVar(&config.LoRARank, "lora-r", config.LoRARank, "rank of the adapter")
	f.Float64Var(&config.LoRAAlpha, "lora-alpha", config.LoRAAlpha, "the adapter's contribution is scaled by alpha/r")
	f.StringSliceVar(&config.LoRAModules, "lora-modules", nil, "the `projections` that carry LoRA, of "+strings.Join(llama.AllModules, ",")+" (default all)")
	f.BoolVar(&config.RSLoRA, "use-rslora", false, "scale by alpha/√r instead")
	f.Float64Var(&config.LearningRate, "learning-rate", config.LearningRate, "greatest learning rate")
	f.StringVar(&config.Scheduler, "lr-scheduler", config.Scheduler, "how the rate goes on after the warm-up: "+strings.Join(dpocore.Schedulers, ", "))
	f.IntVar(&config.MaxSteps, "max-steps", config.MaxSteps, "steps")
	f.IntVar(&config.BatchSize, "batch-size", config.BatchSize, "pairs a batch")
	f.IntVar(&config.GradientAccumulation, "gradient-accumulation-steps", config.GradientAccumulation, "batches a step")
	f.Float64Var(&config.MaxGradNorm, "max-grad-norm", config.MaxGradNorm, "a longer gradient is shortened to this")
	f.IntVar(&config.MaxLength, "max-length", config.MaxLength, "tokens of prompt and answer together; the rest is cut")
	f.IntVar(&config.WarmupSteps, "warmup-steps", config.WarmupSteps, "steps in which the learning rate rises from 0")
	f.IntVar(&config.Seed, "seed", config.Seed, "of the order of pairs and of the adapter's first values")
	f.BoolVar(&config.Shuffle, "shuffle", config.Shuffle, "a new order of pairs in each epoch")
	f.StringVar(&config.Precision, "precision", config.Precision, "of the products with the model's matrices: "+strings.Join(dpocore.Precisions, ", ")+"; auto is float32, and float16 for a large model on a GPU")
	f.StringVar(&config.InitAdapter, "init-adapter", "", "PEFT `folder` to start from; its rank and alpha are taken")
	f.IntVar(&config.EvalSteps, "eval-steps", config.EvalSteps, "steps between evaluations on held-out pairs; 0 for one at the end")
	f.IntVar(&config.SaveSteps, "save-steps", config.SaveSteps, "steps between checkpoints; 0 for one at the end")
	f.IntVar(&config.KeepCheckpoints, "save-total-limit", config.KeepCheckpoints, "checkpoints that are kept, the last ones; the best one stays too")
	f.IntVar(&config.EarlyStopping, "early-stopping", 0, "end after so many evaluations without a lower held-out loss, with the best checkpoint; 0 for never")
	f.BoolVar(&config.Overwrite, "overwrite", false, "remove the run that --out holds, and begin anew")
	f.BoolVar(&config.AdapterBin, "adapter-bin", false, "write adapter_model.bin beside adapter_model.safetensors")
	cmd.MarkFlagsMutuallyExclusive("resume", "overwrite")
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	return cmd
}

func train(cmd *cobra.Command, config dpocore.Config, o trainOptions, listener dpocore.Listener) error {
	if err := config.Validate(); err != nil {
		return wrongUse(err)
	}
	record, begun, err := dpocore.ReadRecord(o.out)
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
	if config.EarlyStopping > 0 && data.HeldOut == nil {
		return wrongUse(errors.New("early stopping watches held-out pairs, and there are none; name a file of them with --eval-data, or a share of the training pairs with --eval-fraction"))
	}
	model, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer model.Close()
	if err := model.Train(cmd.Context(), o.out, config, data, listener); err != nil {
		return err
	}
	history, err := metrics.ReadHistory(o.out)
	if err != nil {
		return err
	}
	if err := plots.WriteRun(o.out, history); err != nil {
		return err
	}
	if o.merged == "" {
		return nil
	}
	return merge(model, o.out, o.merged, "float32")
}

// lossTable says of each loss what it is.
func lossTable() string {
	var b strings.Builder
	for _, name := range loss.Types() {
		fmt.Fprintf(&b, "  %-13s %s\n", name, loss.About(name))
	}
	return b.String()
}
