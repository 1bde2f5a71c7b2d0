package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
	"example.com/gonb-dpo/dpocore/config"
)

func forkCommand() *cobra.Command {
	settings := config.Default()
	var o training.ForkOptions
	cmd := &cobra.Command{
		Use:   "fork RUN",
		Short: "Continue from a checkpoint of a run with other settings, in a new folder",
		Long: `Continue from a checkpoint of a run with other settings, in a new folder:

  dpo fork run --at 20 --beta 0.3 --out run-beta0.3

The settings that are not given are those of the run, and so are the model and the
pairs. The run stays as it is. The fork begins with the run's steps up to the
checkpoint, its plots mark the fork, and run.json has its lineage. dpo plot RUN FORK
draws both in common plots.

Can be changed: beta, the loss and its settings, the learning rate and its
schedule, the number of steps, the batch size, the seed of the pairs' order, and
what is evaluated and saved. Can't be changed, because the checkpoint depends on
it: the shape of the adapter, the reference, the precision, the maximum length,
what prompts look like.

The same command resumes a stopped fork. A run keeps the latest 2 checkpoints and
the best one; --save-total-limit keeps more.`,
		Args:              flags.OneArgument,
		ValidArgsFunction: flags.CompleteFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Run = filepath.Clean(args[0])
			return training.Fork(cmd.Context(), cmd.OutOrStdout(), o, func(c *config.Config) { flags.Given(cmd.Flags(), settings, c) })
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.At, "at", 0, "the `step` of the checkpoint to continue from")
	f.StringVar(&o.Out, "out", "", "`folder` of the fork (default RUN-fork-STEP)")
	f.StringVar(&o.Model, "model", "", "path of the model, if it has moved")
	f.StringVar(&o.Data, "data", "", "path of the training pairs, if they have moved")
	f.StringVar(&o.EvalData, "eval-data", "", "path of the held-out pairs, if they have moved")
	f.BoolVar(&o.JSON, "json", false, "write events as JSON lines to standard output (docs/command.md)")
	flags.Settings(f, &settings)
	cobra.CheckErr(cmd.MarkFlagRequired("at"))
	return cmd
}
