package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/merge"
	"example.com/gonb-dpo/dpocore/model"
)

func mergeCommand() *cobra.Command {
	var model, adapter, out string
	dtype := "float32"
	cmd := &cobra.Command{
		Use:   "merge",
		Short: "Merge an adapter into its model",
		Long: `Merge an adapter into its model and write a folder that transformers, vLLM and
llama.cpp's converter load. The folder is read back and checked against the
model with its adapter. It appears whole or not at all.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, ok := export.DTypes[dtype]; !ok {
				return wrongUse(fmt.Errorf("the type is %q; it may be float32, float16, bfloat16", dtype))
			}
			m, err := openModel(cmd.Context(), model)
			if err != nil {
				return err
			}
			defer m.Close()
			return mergeRun(cmd.Context(), m, adapter, out, dtype)
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().StringVar(&adapter, "adapter", "dpo_finetuned_smollm2", "PEFT `folder` to merge")
	cmd.Flags().StringVar(&out, "out", "smollm2_dpo_merged", "model `folder` to write")
	cmd.Flags().StringVar(&dtype, "dtype", dtype, "float32, float16 or bfloat16")
	return cmd
}

func mergeRun(ctx context.Context, m *model.Model, adapter, out, dtype string) error {
	fresh, err := merge.Merge(ctx, m, adapter, out, dtype)
	switch {
	case errors.Is(err, context.Canceled):
		return &fault{fmt.Errorf("stopped before the merge was done; %s is as it was, and the same command merges", out), statusInterrupted}
	case err != nil:
		return err
	case fresh:
		fmt.Fprintf(os.Stderr, "merged model: %s (%s, checked against the model with its adapter)\n", out, dtype)
	default:
		fmt.Fprintf(os.Stderr, "merged model: %s holds this adapter already\n", out)
	}
	return nil
}
