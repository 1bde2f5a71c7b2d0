package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/run"
)

// replayOptions are the command's flags.
type replayOptions struct{ model, data, evalData, out string }

func replayCommand() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay RUN",
		Short: "Train a run again from its record, and check that the results are identical",
		Long: `Train a finished run again in another folder, with the settings, model and pairs in
its run.json. Then compare the adapter and all metrics except times byte for byte.

If the model or the pairs have changed, the command says which and does not train.
An interrupted replay resumes with the same command; a finished one is only compared.
The exit status is 0 if the bytes agree, and 1 if not.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			return replayRun(cmd, filepath.Clean(args[0]), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "`folder` of the replay (default RUN-replay)")
	f.StringVar(&o.model, "model", "", "path of the model, if it has moved")
	f.StringVar(&o.data, "data", "", "path of the training pairs, if they have moved")
	f.StringVar(&o.evalData, "eval-data", "", "path of the held-out pairs, if they have moved")
	return cmd
}

func replayRun(cmd *cobra.Command, dir string, o replayOptions) error {
	record, ok, err := run.ReadRecord(dir)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("replay: %s is not a run folder; name the folder that training created", dir)
	}
	bar := newProgress(os.Stderr)
	data, err := replay.FetchData(cmd.Context(), record, o.data, o.evalData, bar.fetching)
	bar.end()
	if err != nil {
		return badData(fmt.Errorf("replay: %w; if the pairs have moved, name their files with --data and --eval-data", err))
	}
	model, err := openModel(cmd.Context(), cmp.Or(o.model, record.Model.Hub, record.Model.Path))
	if err != nil {
		return fmt.Errorf("%w; if the model has moved, name it with --model", err)
	}
	defer model.Close()
	found, err := replay.Run(cmd.Context(), model, dir, cmp.Or(o.out, dir+"-replay"), data, bar)
	if err != nil {
		return err
	}
	bar.end()
	if !found.Agrees() {
		return errors.New(found.String())
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), found)
	return err
}
