package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/draw"
	"example.com/gonb-dpo/cmd/dpo/internal/evaluate"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
)

func reportCommand() *cobra.Command {
	var out, tokens string
	cmd := &cobra.Command{
		Use:   "report RUN --out FILE",
		Short: "Write a run as one HTML page to share",
		Long: `Write a run as one HTML page that needs no other file and no network: settings,
curves, held-out figures, the diagnosis, and the answers of the last dpo compare.

--tokens measures pairs token by token, which needs the model, and adds up to three
notable ones: the worst one, the one that changed most, and the most surprising.`,
		Args:              flags.OneArgument,
		ValidArgsFunction: flags.CompleteFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			if tokens != "" {
				if err := evaluate.Tokens(cmd.Context(), args[0], tokens); err != nil {
					return err
				}
			}
			if err := draw.Report(args[0], out); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), out)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "report.html", "the `file` to write")
	cmd.Flags().StringVar(&tokens, "tokens", "", "`pairs` to show token by token, named as in dpo eval --data; the first 40 are measured")
	return cmd
}
