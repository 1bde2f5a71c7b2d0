package config

import (
	"cmp"
	"errors"
	"strings"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/dpocore/config/setting"
	"example.com/gonb-dpo/internal/wording"
)

var optimizerSettings = Table{
	LearningRate,
	Setting[string]{
		JSON: "lr_scheduler", TRL: "lr_scheduler_type", Label: "the scheduler",
		Help:  "learning-rate schedule after warm-up: " + strings.Join(Schedulers, ", "),
		Field: func(c *Config) *string { return &c.Scheduler },
		Rule:  func(c Config) error { return oneOf("scheduler", c.Scheduler, Schedulers) },
	},
	Setting[float64]{
		JSON: "min_lr_rate", Label: "the floor of the learning rate",
		Help:  "share of the peak learning rate that " + wording.Or(withFloor) + " falls to, such as 0.1",
		Field: func(c *Config) *float64 { return &c.MinLRRate },
		Rule:  checkFloor,
	},
	Setting[Steps]{
		JSON: "num_decay_steps", Label: "the decay of the learning rate", Unit: "steps",
		Help:  "`steps` of decay at the end with " + WarmupStableDecay + ", or a share of the run such as 0.1",
		Field: func(c *Config) *Steps { return &c.DecaySteps },
		Rule:  checkDecay,
	},
	Setting[string]{
		JSON: "precision", Label: "the precision", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofNumbers,
		Help:  "precision of matrix products, whose results stay float32: " + strings.Join(Precisions, ", ") + "; auto is bfloat16 on processors with AMX and GPUs from Ampere on, float16 for a large model on another GPU, else float32",
		Field: func(c *Config) *string { return &c.Precision },
		Rule:  func(c Config) error { return oneOf("precision", c.Precision, Precisions) },
		Match: func(mine, _ string) bool { return mine == Auto }, // the run continues in the precision it began with
	},
	Setting[string]{
		JSON: "quantize", Label: "the quantization of the base weights", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofNumbers,
		Help:  "quantize the weights of an unquantized model as they are read, to save memory: " + wording.Or(Quantizations) + "; a layer's are widened while it computes",
		Field: func(c *Config) *string { return &c.Quantize },
		Rule:  checkQuantize,
		Text:  func(c Config) string { return cmp.Or(c.Quantize, "none") },
	},
	Setting[string]{
		JSON: "base_weights", Label: "the form of the base weights", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofNumbers,
		Help:  "how the weights of a quantized GGUF file or of a folder in NF4 are in memory: quantized, as in the file, or float, widened to 32 bits; auto is float if that takes at most a quarter of the free memory",
		Field: func(c *Config) *string { return &c.BaseWeights },
		Rule: func(c Config) error {
			return oneOf("form of the base weights", cmp.Or(c.BaseWeights, Float), BaseWeights)
		},
		Text:  func(c Config) string { return cmp.Or(c.BaseWeights, Float) }, // runs recorded earlier have no other
		Match: func(mine, _ string) bool { return mine == Auto },             // the run continues with those it began with
	},
	Setting[int]{
		JSON: "warmup_steps", Label: "the warm-up", Unit: "steps",
		Help:  "steps over which the learning rate rises linearly from 0",
		Field: func(c *Config) *int { return &c.WarmupSteps },
		Check: bounds.AtLeast(0, ""),
	},
	Setting[float64]{
		JSON: "warmup_ratio", Label: "the share of the warm-up", Replaces: "warmup_steps",
		Help:      "warm-up as a share of the run, such as 0.1; --warmup-steps wins",
		Field:     func(c *Config) *float64 { return &c.WarmupRatio },
		Check:     bounds.Share,
		Resumable: true, // the steps that it amounts to are compared
	},
	Setting[int]{
		JSON: "max_steps", Label: "the number of steps",
		Help:  "number of optimizer steps",
		Field: func(c *Config) *int { return &c.MaxSteps },
		Rule:  checkLength,
	},
	Setting[float64]{
		JSON: "num_train_epochs", Label: "the number of epochs", Replaces: "max_steps",
		Help:      "passes over the training pairs, such as 3 or 0.5, instead of a number of steps; --max-steps wins",
		Field:     func(c *Config) *float64 { return &c.NumTrainEpochs },
		Check:     checkEpochs,
		Resumable: true, // the steps that they amount to are compared
	},
	Setting[int]{
		JSON: "batch_size", TRL: "per_device_train_batch_size", Label: "the batch size", Unit: "pairs", Swept: Swept{Rebuilds: setting.LossOnly},
		Help:  "pairs per batch",
		Field: func(c *Config) *int { return &c.BatchSize },
		Check: bounds.AtLeast(1, ""),
		Rule:  checkBatch,
	},
	Setting[int]{
		JSON: "gradient_accumulation_steps", Label: "gradient accumulation", Unit: "batches",
		Help:  "batches per optimizer step",
		Field: func(c *Config) *int { return &c.GradientAccumulation },
		Check: bounds.AtLeast(1, ""),
	},
	Setting[float64]{
		JSON: "max_grad_norm", Label: "the maximum gradient norm",
		Help:  "clip gradients to this norm",
		Field: func(c *Config) *float64 { return &c.MaxGradNorm },
		Check: bounds.Above(0., ""),
	},
	Setting[float64]{
		JSON: "weight_decay", Label: "the weight decay",
		Help:  "weight decay of AdamW: each step takes this share of the adapter, times the learning rate, away",
		Field: func(c *Config) *float64 { return &c.WeightDecay },
		Check: bounds.AtLeast(0., ""),
	},
	Setting[float64]{
		JSON: "adam_beta1", Label: "Adam's beta1",
		Help:  "decay of the mean of gradients in AdamW",
		Field: func(c *Config) *float64 { return &c.AdamBeta1 },
		Check: bounds.BelowOne,
	},
	Setting[float64]{
		JSON: "adam_beta2", Label: "Adam's beta2",
		Help:  "decay of the mean of squared gradients in AdamW",
		Field: func(c *Config) *float64 { return &c.AdamBeta2 },
		Check: bounds.BelowOne,
	},
	Setting[float64]{
		JSON: "adam_epsilon", Label: "Adam's epsilon",
		Help:  "added to the root of the mean of squared gradients in AdamW",
		Field: func(c *Config) *float64 { return &c.AdamEpsilon },
		Check: bounds.Above(0., "1e-8"),
	},
}

func checkQuantize(c Config) error {
	switch {
	case c.Quantize == "":
		return nil
	case c.BaseWeights == Float:
		return errors.New("the base weights can't be float and quantized; leave out --quantize or --base-weights")
	}
	return oneOf("quantization", c.Quantize, Quantizations)
}
