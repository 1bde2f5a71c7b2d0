package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
)

func replayCommand() *cobra.Command {
	var o training.ReplayOptions
	cmd := &cobra.Command{
		Use:   "replay RUN",
		Short: "Train a run again from its record, and check that the results are identical",
		Long: `Train a finished run again in another folder, with the settings, model and pairs in
its run.json. Then compare the adapter, or the model that was trained whole, and all metrics except
times byte for byte.

If the model or the pairs have changed, the command says which and does not train.
An interrupted replay resumes with the same command; a finished one is only compared.
The exit status is 0 if the bytes agree, and 1 if not.`,
		Args:              flags.OneArgument,
		ValidArgsFunction: flags.CompleteFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			return training.Replay(cmd.Context(), cmd.OutOrStdout(), filepath.Clean(args[0]), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Out, "out", "", "`folder` of the replay (default RUN-replay)")
	f.StringVar(&o.Model, "model", "", "path of the model, if it has moved")
	f.StringVar(&o.Data, "data", "", "path of the training pairs, if they have moved")
	f.StringVar(&o.EvalData, "eval-data", "", "path of the held-out pairs, if they have moved")
	return cmd
}
