// Package configcommand has the commands that show and translate files of settings.
package configcommand

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/training"
	"example.com/gonb-dpo/dpocore/config"
)

// New returns the command config.
func New() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings of a run, or translate those of another tool",
		Long: `Files of settings for dpo train --config: show writes the settings that flags and a
file amount to, and translate writes a file from one of TRL, LLaMA-Factory or
axolotl.`,
	}
	cmd.AddCommand(showCommand(), translateCommand())
	return cmd
}

func showCommand() *cobra.Command {
	c := config.Default()
	var o training.Options
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print all settings of a run, and where each is from",
		Long: `Print the settings that dpo train would use with the same flags, as a file for
--config, each with where it is from: the default, the file and its line, or a
flag. Nothing is read but the file.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return show(cmd, c) },
	}
	training.Flags(cmd, &c, &o)
	return cmd
}

func translateCommand() *cobra.Command {
	var from, out string
	cmd := &cobra.Command{
		Use:   "translate FILE",
		Short: "Translate a YAML file of TRL, LLaMA-Factory or axolotl",
		Long: `Translate a file of settings of TRL, LLaMA-Factory or axolotl to one for dpo train
--config. For each field a line on standard error says which setting it is here,
that it has no effect here and why, or that it changes what is trained there and is
missing here. Where the tool's default is another than ours it is written, so that
the run is the same.

  dpo config translate recipe.yml --out run.yaml
  dpo train --config run.yaml`,
		Args: flags.OneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return translate(cmd.OutOrStdout(), cmd.ErrOrStderr(), args[0], from, out)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the `tool`: trl, llama-factory or axolotl (default recognized by the fields)")
	cmd.Flags().StringVar(&out, "out", "", "write to this `file`, which must not exist (default standard output)")
	return cmd
}
