package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/internal/wording"
)

func exportCommand() *cobra.Command {
	var o training.ExportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a model as a GGUF file, for llama.cpp, Ollama and LM Studio",
		Long: `Write a model, or one with an adapter, as a GGUF file. Weights are quantized as
llama.cpp's reference quantizers do. The file is read back and compared byte by
byte, and the log-probabilities of held-out answers in it are measured beside
those of the model. It appears only once it is complete. Beside it, a Modelfile is
written for Ollama.

  dpo export --gguf smollm2_dpo.gguf --type q4_k_m
  dpo export --model smollm2_dpo_merged --gguf smollm2_dpo.gguf
  dpo export --lora --gguf smollm2_dpo_lora.gguf

Types, from the largest file to the smallest: f32, f16 and bf16 (no quantization),
q8_0 (hardly any loss), q6_k, q5_k_m, q4_k_m (the usual choice where memory is
short), q4_0. Small models lose more by quantization than large ones.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return training.Export(cmd.Context(), o) },
	}
	flags.Base(cmd, &o.Model, &o.AnyBase)
	f := cmd.Flags()
	f.StringVar(&o.Adapter, "adapter", "", "PEFT `folder` to merge into the model; without --model it is dpo_finetuned_smollm2")
	f.StringVar(&o.GGUF, "gguf", "", "`file` to write")
	f.StringVar(&o.Type, "type", "", wording.Or(export.GGUF.DTypes())+"; q8_0 by default, and f16 with --lora")
	f.BoolVar(&o.LoRA, "lora", false, "write the adapter alone, for llama.cpp's --lora")
	f.StringVar(&o.Data, "data", "builtin", "pairs whose held-out answers are measured in the file: a `file`, a dataset, or builtin")
	f.StringVar(&o.Ollama, "ollama", "", "also have Ollama, if it is installed, make a model of this `name`")
	f.BoolVar(&o.Overwrite, "overwrite", false, "replace an earlier file")
	return cmd
}
