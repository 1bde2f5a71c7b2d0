package main

import (
	"strings"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/config"
)

// configFlags are the settings of a run, for every command that trains; their defaults are what c holds.
func configFlags(f *pflag.FlagSet, c *config.Config) {
	f.Float64Var(&c.Beta, "beta", c.Beta, "how closely the policy is held to the reference")
	f.StringVar(&c.LossType, "loss-type", c.LossType, "the `loss`: "+strings.Join(loss.Types(), ", "))
	f.Float64Var(&c.SFTWeight, "sft-weight", c.SFTWeight, "add this much of plain fine-tuning on the chosen answers")
	f.Float64Var(&c.LabelSmoothing, "label-smoothing", c.LabelSmoothing, "share of pairs whose labels are taken to be wrong")
	f.IntVar(&c.LoRARank, "lora-r", c.LoRARank, "rank of the adapter")
	f.Float64Var(&c.LoRAAlpha, "lora-alpha", c.LoRAAlpha, "the adapter's contribution is scaled by alpha/r")
	f.StringSliceVar(&c.LoRAModules, "lora-modules", nil, "the `projections` that carry LoRA, of "+strings.Join(decoder.AllModules, ",")+" (default all)")
	f.BoolVar(&c.RSLoRA, "use-rslora", false, "scale by alpha/√r instead")
	f.Float64Var(&c.LearningRate, "learning-rate", c.LearningRate, "greatest learning rate")
	f.StringVar(&c.Scheduler, "lr-scheduler", c.Scheduler, "how the rate goes on after the warm-up: "+strings.Join(config.Schedulers, ", "))
	f.IntVar(&c.MaxSteps, "max-steps", c.MaxSteps, "steps")
	f.IntVar(&c.BatchSize, "batch-size", c.BatchSize, "pairs a batch")
	f.IntVar(&c.GradientAccumulation, "gradient-accumulation-steps", c.GradientAccumulation, "batches a step")
	f.Float64Var(&c.MaxGradNorm, "max-grad-norm", c.MaxGradNorm, "a longer gradient is shortened to this")
	f.IntVar(&c.MaxLength, "max-length", c.MaxLength, "tokens of prompt and answer together; the rest is cut")
	f.IntVar(&c.WarmupSteps, "warmup-steps", c.WarmupSteps, "steps in which the learning rate rises from 0")
	f.IntVar(&c.Seed, "seed", c.Seed, "of the order of pairs and of the adapter's first values")
	f.BoolVar(&c.Shuffle, "shuffle", c.Shuffle, "a new order of pairs in each epoch")
	f.StringVar(&c.Precision, "precision", c.Precision, "of the products with the model's matrices: "+strings.Join(config.Precisions, ", ")+"; auto is float32, and float16 for a large model on a GPU")
	f.StringVar(&c.InitAdapter, "init-adapter", "", "PEFT `folder` to start from; its rank and alpha are taken")
	f.IntVar(&c.EvalSteps, "eval-steps", c.EvalSteps, "steps between evaluations on held-out pairs; 0 for one at the end")
	f.IntVar(&c.SaveSteps, "save-steps", c.SaveSteps, "steps between checkpoints; 0 for one at the end")
	f.IntVar(&c.KeepCheckpoints, "save-total-limit", c.KeepCheckpoints, "checkpoints that are kept, the last ones; the best one stays too")
	f.IntVar(&c.EarlyStopping, "early-stopping", 0, "end after so many evaluations without a lower held-out loss, with the best checkpoint; 0 for never")
	f.BoolVar(&c.AdapterBin, "adapter-bin", false, "write adapter_model.bin beside adapter_model.safetensors")
}
