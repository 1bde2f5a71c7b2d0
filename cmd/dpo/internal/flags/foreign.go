package flags

// foreign maps flags of TRL, axolotl and LLaMA-Factory, with dashes, to ours of the same meaning.
var foreign = map[string]string{
	"lr": "learning-rate", "learningrate": "learning-rate",
	"output-dir": "out", "output": "out", "save-dir": "out",
	"per-device-train-batch-size": "batch-size", "micro-batch-size": "batch-size", "train-batch-size": "batch-size", "bs": "batch-size",
	"gradient-accumulation": "gradient-accumulation-steps", "grad-accum": "gradient-accumulation-steps",
	"dataset": "data", "datasets": "data", "dataset-name": "data", "dataset-path": "data", "train-data": "data", "train-file": "data",
	"eval-dataset": "eval-data", "test-datasets": "eval-data", "val-data": "eval-data", "val-size": "eval-fraction", "val-set-size": "eval-fraction",
	"base-model": "model", "model-name-or-path": "model", "model-name": "model", "model-path": "model", "pretrained-model": "model",
	"lora-rank": "lora-r", "rank": "lora-r", "r": "lora-r", "alpha": "lora-alpha",
	"lora-target-modules": "lora-modules", "lora-target": "lora-modules", "target-modules": "lora-modules", "peft-use-rslora": "use-rslora",
	"adapter-name-or-path": "adapter", "lora-model-dir": "adapter", "lora-path": "adapter", "peft-model": "adapter",
	"epochs": "num-train-epochs", "num-epochs": "num-train-epochs", "eval-on-begin": "eval-on-start", "adam-eps": "adam-epsilon",
	"steps": "max-steps", "num-steps": "max-steps", "max-seq-length": "max-length", "cutoff-len": "max-length", "sequence-len": "max-length",
	"lr-scheduler-type": "lr-scheduler", "scheduler": "lr-scheduler", "loss": "loss-type", "pref-loss": "loss-type", "rl": "loss-type",
	"pref-beta": "beta", "dpo-beta": "beta", "orpo-beta": "beta", "orpo-alpha": "beta", "smaug-lambda": "dpop-lambda", "rl-beta": "beta", "pref-ftx": "sft-weight", "rpo-alpha": "sft-weight", "dpo-label-smoothing": "label-smoothing",
	"resume-from-checkpoint": "resume", "overwrite-output-dir": "overwrite", "overwrite-cache": "overwrite",
	"early-stopping-patience": "early-stopping", "random-seed": "seed", "max-tokens": "max-new-tokens", "temp": "temperature", "num-return-sequences": "n",
}

// without explains flags of those tools that have no counterpart.
var without = map[string]string{
	"use-peft": "a run trains a LoRA adapter, or with --full all weights; leave it out", "use-lora": "a run trains a LoRA adapter; leave it out",
	"finetuning-type": "a run trains a LoRA adapter, or with --full all weights; leave it out",
	"stage":           "dpo train is the stage dpo, dpo sft the stage sft; leave it out",
	"load-in-4bit":    "name a quantized .gguf file with --model, or train with --quantize nf4", "load-in-8bit": "name a quantized .gguf file with --model, or train with --quantize q8_0",
	"bf16": "write --precision bfloat16", "fp16": "write --precision float16", "torch-dtype": "see --precision",
	"gradient-checkpointing":   "layers are recomputed where the memory is short; leave it out",
	"cpo-alpha":                "cpo has its SFT term with weight 1; with simpo write --loss-type simpo,sft --loss-weights 1,ALPHA",
	"optim":                    "the optimizer is AdamW; leave it out",
	"logging-steps":            "every step is logged; leave it out",
	"push-to-hub":              "dpo push sends a finished run to the hub; leave it out",
	"config":                   "dpo train reads settings from a file",
	"max-prompt-length":        "--max-length is for prompt and answer together",
	"max-completion-length":    "--max-length is for prompt and answer together",
	"precompute-ref-log-probs": "the reference's log-probabilities are always computed once and cached; leave it out",
	"packing":                  "pairs are always packed into rows; leave it out",
	"neftune-noise-alpha":      "training adds no noise to embeddings; leave it out",
	"sync-ref-model":           "the reference stays as it is within a run; dpo rounds --reference previous renews it between rounds",
	"ref-model":                "give the folder of another model with --reference",
	"template":                 "the chat template is the model's, or that in the file of --chat-template; leave it out",
	"num-proc":                 "leave it out; all cores are used",
	"deepspeed":                "one process uses all devices of the machine; leave it out",
	"eval-strategy":            "give the steps between evaluations with --eval-steps, or write --eval-steps epoch",
	"save-strategy":            "give the steps between checkpoints with --save-steps, or write --save-steps epoch",
}
