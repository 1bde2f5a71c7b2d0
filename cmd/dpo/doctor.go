package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/doctor"
)

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation: what is missing and how to fix it",
		Long: `Check everything that the commands and notebooks use, and print one line per part:
whether it is ok, missing or broken, what was found and, after an arrow, how to
fix it; run the commands in the checkout. Nothing is changed, and the network is
not used.

The exit status is 1 if something that training needs is missing or broken.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return doctor.Check(cmd.OutOrStdout()) },
	}
}
