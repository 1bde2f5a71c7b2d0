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

// replayOptions are what the command takes.
type replayOptions struct{ model, data, evalData, out string }

func replayCommand() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay RUN",
		Short: "Train a run again from its record, and say whether the bytes agree",
		Long: `Train a finished run again, into another folder, from what its run.json says: settings,
model, pairs. Then compare the adapter, and all figures but the times, byte for byte.

Where the model or the pairs are not what they were, it says which has changed and
trains nothing. A replay that was stopped goes on with the same command; a finished
one is only compared. The status is 0 where the bytes agree, and 1 where not.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			return replayRun(cmd, filepath.Clean(args[0]), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "`folder` of the replay (default RUN-replay)")
	f.StringVar(&o.model, "model", "", "where the model lies now, unless it is where it was")
	f.StringVar(&o.data, "data", "", "where the training pairs lie now, unless they are where they were")
	f.StringVar(&o.evalData, "eval-data", "", "where the held-out pairs lie now, unless they are where they were")
	return cmd
}

func replayRun(cmd *cobra.Command, dir string, o replayOptions) error {
	record, ok, err := run.ReadRecord(dir)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("replay: there is no run in %s; name the folder that training made", dir)
	}
	bar := newProgress(os.Stderr)
	data, err := replay.FetchData(cmd.Context(), record, o.data, o.evalData, bar.fetching)
	bar.end()
	if err != nil {
		return badData(fmt.Errorf("replay: %w; --data and --eval-data name where training and held-out pairs lie now", err))
	}
	model, err := openModel(cmd.Context(), cmp.Or(o.model, record.Model.Hub, record.Model.Path))
	if err != nil {
		return fmt.Errorf("%w; --model names where it lies now", err)
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
