package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
)

func controlCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "control",
		Short: "Stop, resume, extend or fork a run of a sweep, also while the sweep goes",
		Long: `Stop, resume, extend or fork a run of a sweep, from another terminal while the sweep
goes, or between two calls of it:

  dpo control stop runs/beta-0.1              continue with the next run
  dpo control resume runs/beta-0.1            take the stopped run up again
  dpo control extend runs/beta-0.3 60         60 steps in total
  dpo control fork runs/beta-0.3 beta=0.5     add a run that continues from the
                                              latest checkpoint of this one

The sweep obeys after its current step and saves a checkpoint, so no step is lost
and none is made twice. A sweep that is not being trained obeys when it is started
again. Only a run at a constant learning rate (--lr-scheduler constant or
constant_with_warmup) can be extended; others can be forked with max_steps=60. --out
of the sweep holds the orders in orders.jsonl.`,
	}
	for _, c := range []struct {
		use, short string
		args       cobra.PositionalArgs
	}{
		{"stop RUN", "Stop a run, with a checkpoint of its current step; the sweep continues with the next", cobra.ExactArgs(1)},
		{"resume RUN", "Continue a stopped run", cobra.ExactArgs(1)},
		{"extend RUN STEPS", "Give a run more steps", cobra.ExactArgs(2)},
		{"fork RUN SETTING=VALUE…", "Add a run that continues from a run's latest checkpoint with other settings", cobra.MinimumNArgs(2)},
	} {
		verb, _, _ := strings.Cut(c.use, " ")
		cmd.AddCommand(&cobra.Command{
			Use: c.use, Short: c.short, ValidArgsFunction: flags.CompleteFolders,
			Args: func(cmd *cobra.Command, args []string) error {
				if c.args(cmd, args) != nil {
					return exit.WrongUse(fmt.Errorf("an argument is missing, or one too many: write `%s`", strings.TrimSuffix(cmd.UseLine(), " [flags]")))
				}
				return nil
			},
			RunE: func(cmd *cobra.Command, args []string) error {
				run := filepath.Clean(args[0])
				done, err := sweeprun.Control(filepath.Dir(run), strings.Join(append([]string{verb, filepath.Base(run)}, args[1:]...), " "))
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), done)
				return err
			},
		})
	}
	return cmd
}
