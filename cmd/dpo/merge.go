package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
)

func mergeCommand() *cobra.Command {
	o := training.MergeOptions{DType: "float32"}
	cmd := &cobra.Command{
		Use:   "merge",
		Short: "Merge an adapter into its model",
		Long: `Merge an adapter into its model and write a model folder as transformers reads it
(vLLM was not tried; dpo export writes a GGUF file). The folder is read back and checked against the
model with its adapter; it appears only once it is complete. The merge of another
adapter in that folder is not replaced.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return training.Merge(cmd.Context(), o)
		},
	}
	flags.Base(cmd, &o.Model, &o.AnyBase)
	cmd.Flags().StringVar(&o.Adapter, "adapter", "dpo_finetuned_smollm2", "PEFT `folder` to merge")
	cmd.Flags().StringVar(&o.Out, "out", "smollm2_dpo_merged", "model `folder` to write")
	cmd.Flags().StringVar(&o.DType, "dtype", o.DType, "float32, float16 or bfloat16")
	return cmd
}
