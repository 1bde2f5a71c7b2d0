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
	"steps": "max-steps", "num-steps": "max-steps", "max-seq-length": "max-length", "cutoff-len": "max-length", "sequence-len": "max-length",
	"lr-scheduler-type": "lr-scheduler", "scheduler": "lr-scheduler", "loss": "loss-type", "pref-loss": "loss-type", "rl": "loss-type",
	"pref-beta": "beta", "dpo-beta": "beta", "rl-beta": "beta", "pref-ftx": "sft-weight", "rpo-alpha": "sft-weight", "dpo-label-smoothing": "label-smoothing",
	"resume-from-checkpoint": "resume", "overwrite-output-dir": "overwrite", "overwrite-cache": "overwrite",
	"early-stopping-patience": "early-stopping", "random-seed": "seed", "max-tokens": "max-new-tokens", "temp": "temperature", "num-return-sequences": "n",
}

// without explains flags of those tools that have no counterpart.
var without = map[string]string{
	"use-peft": "a run always trains a LoRA adapter; leave it out", "use-lora": "a run always trains a LoRA adapter; leave it out",
	"finetuning-type": "a run always trains a LoRA adapter; leave it out", "stage": "dpo train always trains with DPO; leave it out",
	"do-train": "dpo train trains; leave it out", "do-eval": "held-out pairs are always evaluated; leave it out",
	"load-in-4bit": "name a quantized .gguf file with --model", "load-in-8bit": "name a quantized .gguf file with --model",
	"bf16": "the precision is float32 or float16; see --precision", "fp16": "write --precision float16", "torch-dtype": "see --precision",
	"gradient-checkpointing": "layers are recomputed where the memory is short; leave it out",
	"lora-dropout":           "adapters are trained without dropout; leave it out",
	"weight-decay":           "AdamW runs without weight decay; leave it out", "optim": "the optimizer is AdamW; leave it out",
	"warmup-ratio":             "give the number of steps with --warmup-steps",
	"logging-steps":            "every step is logged; leave it out",
	"report-to":                "metrics.jsonl in the run folder has every step; leave it out",
	"push-to-hub":              "nothing is uploaded; use huggingface-cli upload with the run folder",
	"config":                   "settings are flags here, and dpo train --help lists them",
	"max-prompt-length":        "--max-length is for prompt and answer together",
	"max-completion-length":    "--max-length is for prompt and answer together",
	"precompute-ref-log-probs": "the reference's log-probabilities are always computed once and cached; leave it out",
	"packing":                  "pairs are always packed into rows; leave it out",
	"neftune-noise-alpha":      "training adds no noise to embeddings; leave it out",
	"sync-ref-model":           "the reference stays as it is within a run; dpo rounds --reference previous renews it between rounds",
	"chat-template":            "the chat template is the model's; leave it out",
	"ref-model":                "the reference is the model that training starts from; leave it out",
	"template":                 "the chat template is the model's; leave it out",
	"num-proc":                 "leave it out; all cores are used",
	"deepspeed":                "one process uses all devices of the machine; leave it out",
	"eval-strategy":            "give the steps between evaluations with --eval-steps",
	"save-strategy":            "give the steps between checkpoints with --save-steps",
	"num-train-epochs":         epochs, "epochs": epochs, "num-epochs": epochs,
}

const epochs = "give a number of steps with --max-steps: an epoch has as many as there are pairs, divided by --batch-size times --gradient-accumulation-steps (dpo train prints the steps per epoch when it begins)"
