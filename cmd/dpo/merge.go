package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
)

func mergeCommand() *cobra.Command {
	var model, adapter, out string
	dtype := "float32"
	cmd := &cobra.Command{
		Use:   "merge",
		Short: "Merge an adapter into its model",
		Long: `Merge an adapter into its model and write a folder that transformers, vLLM and
llama.cpp's converter can load. The folder is read back and checked against the
model with its adapter; it appears only once it is complete.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(export.MergedFolder.DTypes(), dtype) {
				return wrongUse(fmt.Errorf("unknown type %q; choose float32, float16 or bfloat16", dtype))
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
	fresh, err := export.Merge(ctx, m, adapter, out, dtype)
	switch {
	case errors.Is(err, context.Canceled):
		return &fault{fmt.Errorf("stopped before the merge was done; %s is unchanged, and the same command merges again", out), statusInterrupted}
	case err != nil:
		return err
	case fresh:
		fmt.Fprintf(os.Stderr, "merged model: %s (%s, checked against the model with its adapter)\n", out, dtype)
	default:
		fmt.Fprintf(os.Stderr, "merged model: %s is up to date\n", out)
	}
	return nil
}
