package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/dpocore/train"
)

func diagnoseCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diagnose RUN",
		Short: "Look at a run for trouble: cause, evidence and remedy",
		Long: `Look at a run's own figures for trouble: is it learning, does it still write
naturally, is it better than the base model. Each line is marked: ✓ is as it
should be, ! deserves a look, ✗ is wrong, – could not be told.

It reads what the run folder holds, and sees more once dpo eval --plain-text
builtin --answers 12 and dpo compare have left their figures there.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := diagnose.Read(args[0])
			if err != nil {
				return err
			}
			d := run.Diagnose()
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(d)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), d)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the findings as JSON: a list of {question, findings: [{rule, mark, cause, evidence, remedy}]}")
	return cmd
}

// complain tells what a run that has just ended has to be looked at for.
func complain(dir string, listener train.Listener) error {
	run, err := diagnose.Read(dir)
	if err != nil {
		return err
	}
	found := run.Diagnose().Complaints()
	for _, f := range found {
		listener.Note(f.Cause + " " + f.Evidence + " → " + f.Remedy)
	}
	if len(found) > 0 {
		listener.Note("dpo diagnose " + dir + " shows all that was looked at.")
	}
	return nil
}
