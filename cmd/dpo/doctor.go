package main

import (
	"context"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/doctor"
	"example.com/gonb-dpo/dpocore/selftest"
)

func doctorCommand() *cobra.Command {
	var child bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation: what is missing and how to fix it",
		Long: `Check everything that the commands and notebooks use, and print one line per part:
whether it is ok, missing or broken, what was found and, after an arrow, how to
fix it; run the commands in the checkout. Nothing is changed, and the network is
not used.

The exit status is 1 if something that training needs is missing or broken.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if child {
				return selftest.Write(cmd.OutOrStdout())
			}
			program, err := os.Executable()
			if err != nil {
				return err
			}
			return doctor.Check(cmd.Context(), cmd.OutOrStdout(), func(ctx context.Context) *exec.Cmd {
				return exec.CommandContext(ctx, program, "doctor", "--child")
			})
		},
	}
	cmd.Flags().BoolVar(&child, "child", false, "")
	cmd.Flags().Lookup("child").Hidden = true // of the process that uses the device
	return cmd
}
