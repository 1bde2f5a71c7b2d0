package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/diagnose"
)

func diagnoseCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diagnose RUN",
		Short: "Diagnose a run: causes of problems, evidence and remedies",
		Long: `Check a run's metrics for problems: does it learn, does it still write naturally,
is it better than the base model? Each line is marked: ✓ fine, ! worth a look,
✗ wrong, – unknown.

The diagnosis uses only the files in the run folder. It is more complete after dpo
eval --plain-text builtin --answers 12 and dpo compare, which add their results
to the folder.`,
		Args:              flags.OneArgument,
		ValidArgsFunction: flags.CompleteFolders,
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
